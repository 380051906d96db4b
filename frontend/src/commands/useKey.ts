import { useSignal } from "@/components/useSignal";
import { changedKeys } from "./changed-keys";
import type { Chord } from "./chord";
import { type Keyed, keyOf } from "./command";

/** The key that a command has now. */
export function useKey(command: Keyed): Chord | null {
  return keyOf(command, useSignal(changedKeys));
}
