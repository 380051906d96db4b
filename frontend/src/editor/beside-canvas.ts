/** What a person does beside the canvas: it costs them no less than what they do on it. */

import type { EffortMeter } from "@/editor/effort";

const SIGNS_OF_LIFE = ["pointermove", "keydown", "wheel"];

/**
 * Note it, until the signal ends it, of a whole page. A press counts as a click of the mask that is
 * saved next, wherever it lands: on a tool, a label, a row of a list, in a menu. Only the head of a
 * page is about images, not masks; and the canvas counts its own clicks (render/pointer.ts).
 */
export function noteBesideCanvas(
  page: Pick<EventTarget, "addEventListener">,
  meter: EffortMeter,
  signal: AbortSignal,
): void {
  const always = { signal, capture: true, passive: true };
  for (const sign of SIGNS_OF_LIFE) page.addEventListener(sign, () => meter.noteActivity(), always);
  page.addEventListener(
    "pointerdown",
    ({ target }) => {
      if (!isInside(target, "[data-stage], header")) meter.noteClick();
    },
    always,
  );
}

function isInside(target: EventTarget | null, selector: string): boolean {
  return target !== null && "closest" in target && (target as Element).closest(selector) !== null;
}
