import { vi } from "vitest";

/** Where other work has the processors, what takes a moment takes seconds. */
export const PATIENCE_MS = 20_000;

/** Looks again and again until what is expected holds; returns what was seen. */
export function waitFor<Seen>(look: () => Seen | Promise<Seen>): Promise<Seen> {
  return vi.waitFor(look, PATIENCE_MS);
}
