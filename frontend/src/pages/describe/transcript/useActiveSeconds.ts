import { type RefObject, useCallback, useEffect, useRef } from "react";

/** Silence after which a person counts as away. */
const AWAY_MS = 10_000;

/** Counts the seconds in which someone works inside an element, and hands them out. */
export function useActiveSeconds(element: RefObject<HTMLElement | null>): () => number {
  const seconds = useRef(0);
  const lastMs = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    const inside = element.current;
    if (!inside) return;
    const note = () => {
      lastMs.current = performance.now();
    };
    const names = ["pointerdown", "keydown", "input"] as const;
    for (const name of names) inside.addEventListener(name, note);
    const timer = setInterval(() => {
      if (performance.now() - lastMs.current < AWAY_MS) seconds.current += 1;
    }, 1000);
    return () => {
      for (const name of names) inside.removeEventListener(name, note);
      clearInterval(timer);
    };
  }, [element]);

  return useCallback(() => seconds.current, []);
}
