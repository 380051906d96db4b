import { useEffect } from "react";
import { noteBesideCanvas } from "@/editor/beside-canvas";
import type { EffortMeter } from "@/editor/effort";

/** Count what working on an image costs, around its canvas; the time away from the page is none. */
export function useEffort(meter: EffortMeter): void {
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    noteBesideCanvas(window, meter, signal);
    const onReturn = (): void => {
      if (document.visibilityState === "visible") meter.noteReturn();
    };
    document.addEventListener("visibilitychange", onReturn, { signal });
    return () => stop.abort();
  }, [meter]);
}
