/** The masks of an image that a describer sees: those that count, each with its outline. */

import type { ImageDetail } from "@/api/types";
import type { ImagePoint } from "@/editor/geometry";
import { type Mask, maskFromRLE } from "@/editor/mask";
import type { Annotations } from "@/editor/operations";
import { liveMasks, objectAt } from "@/editor/picking";
import { smoothRing, thinRing, traceContours } from "@/editor/render/contours";
import { annotationsOf } from "@/pages/annotate/api";

export interface OutlinedMask {
  readonly id: string;
  readonly label: string;
  /** An SVG path in image pixels. */
  readonly path: string;
}

const TOLERANCE_PX = 0.5; // as the editor's outlines from afar

export class MasksInSight {
  readonly all: readonly OutlinedMask[];
  readonly #annotations: Annotations;

  constructor(detail: ImageDetail) {
    this.#annotations = { ...annotationsOf(detail as never), proposals: new Map() };
    const names = new Map(detail.labels.map(({ id, name }) => [id, name]));
    this.all = liveMasks(this.#annotations).map((row) => ({
      id: row.id,
      label: (row.label === null ? undefined : names.get(row.label)) ?? "No label",
      path: pathOf(maskFromRLE(row.rle)),
    }));
  }

  /** The highest mask under a point, of equals the smallest: parts can be reached. */
  at(point: ImagePoint): string | null {
    return objectAt(this.#annotations, point, () => true)?.id ?? null;
  }

  /** The middle of a mask's box. */
  middleOf(id: string): ImagePoint | null {
    const row = this.#annotations.masks.get(id);
    const box = row === undefined ? null : maskFromRLE(row.rle).box;
    return box === null ? null : { x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2 };
  }

  /** The mask that is `step` further in the list, around its end. */
  beside(id: string | null, step: 1 | -1): string | null {
    const count = this.all.length;
    const index = this.all.findIndex((mask) => mask.id === id);
    const next = index === -1 && step === -1 ? count - 1 : (index + step + count) % count;
    return this.all[next]?.id ?? null;
  }
}

function pathOf(mask: Mask): string {
  return traceContours(mask)
    .map((ring) => thinRing(smoothRing(ring), TOLERANCE_PX))
    .map((ring) => `M${ring.join(" ")}Z`)
    .join("");
}
