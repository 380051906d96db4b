/** The question that somebody answers by drawing. */

import type { Annotations } from "@/editor/operations";
import { liveMasks } from "@/editor/picking";

export interface Asked {
  readonly phrase: number;
  /** The masks that were there when its row was clicked. */
  readonly before: ReadonlySet<string>;
}

export function ask(phrase: number, { masks }: Annotations): Asked {
  return { phrase, before: new Set(masks.keys()) };
}

/** The newest mask made since then; null if there is none. */
export function drawnSince({ before }: Asked, annotations: Annotations): string | null {
  return liveMasks(annotations).findLast(({ id }) => !before.has(id))?.id ?? null;
}
