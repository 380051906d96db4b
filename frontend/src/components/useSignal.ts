import { useSyncExternalStore } from "react";
import type { Signal } from "@/editor/signal";

/** The value of a signal of the editor; renders again when it changes. */
export function useSignal<T>(signal: Signal<T>): T {
  return useSyncExternalStore(signal.subscribe, signal.get);
}
