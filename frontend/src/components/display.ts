/** How the pages are shown to a person: their colours, the size of text, and for which hand. */

import { fieldsOf, readKept } from "@/editor/kept";
import { Signal } from "@/editor/signal";

export interface Display {
  readonly scheme: Scheme;
  readonly textSize: TextSize;
  /** The one that draws: the tools stand on the other side of the image's objects. */
  readonly hand: Hand;
}

export type Scheme = (typeof SCHEMES)[number];
export type TextSize = keyof typeof TEXT_SCALES;
export type Hand = "right" | "left";

const SCHEMES = ["auto", "light", "dark"] as const; // auto: as the system has it
export const TEXT_SCALES = { normal: 1, large: 1.15, larger: 1.3 } as const;
const TEXT_SIZES = Object.keys(TEXT_SCALES) as TextSize[];
const PLAIN: Display = { scheme: "auto", textSize: "normal", hand: "right" };
const KEPT_AS = "anneal-display";
const SCHEME_KEPT_AS = "mantine-color-scheme-value"; // before it was one of these choices

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export const display = new Signal<Display>(PLAIN);

/** Show the pages as it was chosen, and keep what is chosen from now on. Returns how to stop. */
export function keepDisplay(storage: Store, root: HTMLElement): () => void {
  const show = (): void => {
    const { textSize, hand } = display.get();
    // All sizes of text are in rem.
    root.style.fontSize = `${TEXT_SCALES[textSize]}em`;
    root.dataset.hand = hand;
  };
  display.set(parseDisplay(storage.getItem(KEPT_AS)));
  show();
  const stop = display.subscribe(() => {
    storage.setItem(KEPT_AS, JSON.stringify(display.get()));
    show();
  });
  const scheme = SCHEMES.find((each) => each === storage.getItem(SCHEME_KEPT_AS));
  if (scheme !== undefined) {
    display.set({ ...display.get(), scheme });
    storage.removeItem(SCHEME_KEPT_AS);
  }
  return stop;
}

/** Take over what was chosen in another tab, or in another browser of the person. */
export function followDisplay({ key, newValue }: Pick<StorageEvent, "key" | "newValue">): void {
  if (key === KEPT_AS) display.set(parseDisplay(newValue));
}

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseDisplay(text: string | null): Display {
  const found: Partial<Record<keyof Display, unknown>> = fieldsOf(readKept(text));
  return {
    scheme: SCHEMES.find((scheme) => scheme === found.scheme) ?? PLAIN.scheme,
    textSize: TEXT_SIZES.find((size) => size === found.textSize) ?? PLAIN.textSize,
    hand: found.hand === "left" ? "left" : PLAIN.hand,
  };
}
