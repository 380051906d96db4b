/** How the pages are shown to whoever sits here: the size of text, and for which hand. */

import { fieldsOf, readKept } from "@/editor/kept";
import { Signal } from "@/editor/signal";

export interface Display {
  readonly textSize: TextSize;
  /** The one that draws: the tools stand on the other side of the image's objects. */
  readonly hand: Hand;
}

export type TextSize = keyof typeof TEXT_SCALES;
export type Hand = "right" | "left";

export const TEXT_SCALES = { normal: 1, large: 1.15, larger: 1.3 } as const;
const TEXT_SIZES = Object.keys(TEXT_SCALES) as TextSize[];
const PLAIN: Display = { textSize: "normal", hand: "right" };
const KEPT_AS = "anneal-display";

export const display = new Signal<Display>(PLAIN);

/** Show the pages as it was chosen in this browser, and keep what is chosen from now on. */
export function keepDisplay(storage: Storage, root: HTMLElement): () => void {
  const show = (): void => {
    const { textSize, hand } = display.get();
    // All sizes of text are in rem.
    root.style.fontSize = `${TEXT_SCALES[textSize]}em`;
    root.dataset.hand = hand;
  };
  display.set(parseDisplay(storage.getItem(KEPT_AS)));
  show();
  return display.subscribe(() => {
    storage.setItem(KEPT_AS, JSON.stringify(display.get()));
    show();
  });
}

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseDisplay(text: string | null): Display {
  const { textSize, hand }: Partial<Record<keyof Display, unknown>> = fieldsOf(readKept(text));
  return {
    textSize: TEXT_SIZES.find((size) => size === textSize) ?? PLAIN.textSize,
    hand: hand === "left" ? "left" : PLAIN.hand,
  };
}
