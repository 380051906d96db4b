/** What an earlier page wrote in this browser: of it, nothing is taken for granted. */

import type { Signal } from "@/editor/signal";

/** Null where nothing is there, or nothing that can be read. */
export function readKept(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** The fields of an object, whatever they hold; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/** Have a switch as it was left, and keep how it is left from now on. Returns how to stop. */
export function keepSwitch(
  isOn: Signal<boolean>,
  keptAs: string,
  storage: Pick<Storage, "getItem" | "setItem">,
): () => void {
  const kept = readKept(storage.getItem(keptAs));
  if (typeof kept === "boolean") isOn.set(kept);
  return isOn.subscribe(() => storage.setItem(keptAs, JSON.stringify(isOn.get())));
}
