/** How long a click takes to show its mask, kept where a bench can read it. */

import type { DraftState } from "@/editor/draft";

export interface ClickTiming {
  readonly click_to_mask_ms: number; // from the pointer event to the drawn mask
  readonly decoder_ms: number; // onnxruntime alone
  readonly upscale_ms: number;
}

const KEPT = 200;
const timings: ClickTiming[] = [];
let lastAsked_ms = -1;

export function clickTimings(): readonly ClickTiming[] {
  return timings;
}

/** Call once the draft is on the canvas; each prompt is measured once. */
export function recordClickToMask(draft: DraftState | null): void {
  if (draft === null || draft.timings === null || draft.asked_ms === lastAsked_ms) return;
  lastAsked_ms = draft.asked_ms;
  const measure = performance.measure("click-to-mask", {
    start: draft.asked_ms,
    end: performance.now(),
    detail: draft.timings,
  });
  timings.push({ click_to_mask_ms: measure.duration, ...draft.timings });
  if (timings.length > KEPT) timings.shift();
}
