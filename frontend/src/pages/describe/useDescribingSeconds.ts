import { useEffect, useMemo } from "react";
import { EffortMeter } from "@/editor/effort";
import { useEffort } from "../annotate/useEffort";

/** While somebody speaks, their hands may rest. */
const SPEAKING_MS = 5_000;

export interface DescribingClock {
  /** Active seconds since the image was seen that no description was charged with yet. */
  seconds(): number;
  /** Charges a description with some of them; what came meanwhile is the next one's. */
  spend(seconds: number): void;
}

/** Counts what a description costs, from the first sight of the image, with a proposal or without. */
export function useDescribingSeconds(isSpeaking: boolean): DescribingClock {
  const meter = useMemo(() => new EffortMeter(() => performance.now() / 1000), []);
  useEffort(meter);

  useEffect(() => {
    if (!isSpeaking) return;
    const timer = setInterval(() => meter.noteActivity(), SPEAKING_MS);
    return () => clearInterval(timer);
  }, [isSpeaking, meter]);

  return useMemo(() => clockOf(meter), [meter]);
}

export function clockOf(meter: EffortMeter): DescribingClock {
  let spent_s = 0;
  return {
    seconds: () => {
      meter.noteActivity();
      return Math.round((meter.active_s - spent_s) * 10) / 10;
    },
    spend: (seconds) => {
      spent_s += seconds;
    },
  };
}
