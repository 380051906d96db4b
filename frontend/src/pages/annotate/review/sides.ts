/** Two pictures of the same part of an image, side by side: what they show and say. */

import type { Box } from "@/editor/geometry";
import type { Coloured } from "../thumbs";

export interface Side {
  /** What stands above it, and the colour of the mask where the two have their own. */
  readonly title: string;
  readonly colour: string | null;
  /** What it shows, for who does not see it. */
  readonly label: string;
  /** What lies over the bare image where this side has no mask; else null. */
  readonly missing: string | null;
  readonly masks: readonly Coloured[];
}

export interface Sides {
  readonly sides: readonly [Side, Side];
  /** The part of the image that both show. */
  readonly around: Box | null;
}
