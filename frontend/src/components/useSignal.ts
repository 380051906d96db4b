import { useDeferredValue, useSyncExternalStore } from "react";
import type { Signal } from "@/editor/signal";

/** The value of a signal of the editor; renders again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.subscribe, signal.get);
}

/** The value as soon as the next frame is painted, for lists: what changed is seen elsewhere first. */
export function useSignalLater<T>(signal: Signal<T>): T {
  return useDeferredValue(useSignal(signal));
}

/** What is read whenever a signal changes, of which a component shows no more: a word, a number. */
export function useRead<T, R extends string | number | boolean | null>(
  signal: Signal<T>,
  read: (value: T) => R,
): R {
  return useSyncExternalStore(signal.subscribe, () => read(signal.get()));
}
