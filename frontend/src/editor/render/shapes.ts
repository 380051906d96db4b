/** What is drawn of the masks and proposals, and what of it changed. */

import { type Box, unionBox } from "@/editor/geometry";
import { type Mask, maskFromRLE } from "@/editor/mask";
import { type LabelId, type MaskRow, type ProposalRow, sureness } from "@/editor/operations";
import { inDrawingOrder } from "@/editor/picking";
import { instanceColour, withAlpha } from "@/editor/render/colours";
import type { Context } from "@/editor/render/layer";
import { pathOf } from "@/editor/render/paths";

export interface MaskScene {
  readonly masks: readonly MaskRow[];
  readonly proposals: readonly ProposalRow[];
  readonly threshold: number; // proposals below this predicted IoU stand back
  readonly fill: number; // opacity of the inside of a mask; 0 draws outlines alone
  readonly colourOf: (row: { id: string; label: LabelId | null; slot?: number }) => string;
}

/** One outline with its inside; two that are equal in all of this are the same pixels. */
export interface Shape {
  readonly kind: "mask" | "proposal";
  readonly id: string;
  readonly mask: Mask;
  readonly colour: string;
  readonly fill: number;
  readonly opacity: number;
  readonly z: number;
}

/** In the order in which they are drawn. */
export function shapesOf({ masks, proposals, threshold, fill, colourOf }: MaskScene): Shape[] {
  return [
    ...inDrawingOrder(masks).map(
      (row): Shape => ({
        ...{ kind: "mask", id: row.id, fill, opacity: 1, z: row.z },
        mask: maskFromRLE(row.rle),
        colour: colourOf(row),
      }),
    ),
    ...proposals.map(
      (row): Shape => ({
        ...{ kind: "proposal", id: row.id, fill: fill > 0 ? 0.08 : 0, z: 0 },
        mask: maskFromRLE(row.rle),
        colour: instanceColour(row.id),
        opacity: sureness(row) >= threshold ? 1 : 0.4,
      }),
    ),
  ];
}

export interface ShapeChanges {
  readonly box: Box | null; // around all that looks different; null when nothing does
  readonly added: readonly Shape[]; // as they look now
}

export function changesOfShapes(before: readonly Shape[], after: readonly Shape[]): ShapeChanges {
  const gone = new Map(before.map((shape) => [shape.id, shape]));
  const added: Shape[] = [];
  let box: Box | null = null;
  for (const shape of after) {
    const old = gone.get(shape.id);
    gone.delete(shape.id);
    if (old !== undefined && isSameShape(old, shape)) continue;
    added.push(shape);
    box = unionBox(unionBox(box, shape.mask.box), old?.mask.box ?? null);
  }
  for (const { mask } of gone.values()) box = unionBox(box, mask.box);
  return { box, added };
}

function isSameShape(a: Shape, b: Shape): boolean {
  return (
    a.mask === b.mask &&
    a.kind === b.kind &&
    a.colour === b.colour &&
    a.fill === b.fill &&
    a.opacity === b.opacity &&
    a.z === b.z
  );
}

export function drawShape(context: Context, shape: Shape, scale: number): void {
  const { kind, mask, colour, fill, opacity } = shape;
  const path = pathOf(mask, scale);
  context.globalAlpha = opacity;
  context.lineJoin = "bevel"; // round joins take a fifth longer, and nobody sees them
  context.setLineDash([]);
  if (fill > 0) {
    context.fillStyle = withAlpha(colour, fill);
    context.fill(path, "evenodd");
  }
  // A dark line under the bright one: the edge is clear on any picture.
  context.lineWidth = (kind === "mask" ? 3 : 2.5) / scale;
  context.strokeStyle = kind === "mask" ? "#0b0d1066" : "#0b0d1059";
  context.stroke(path);
  if (kind === "proposal") context.setLineDash([5 / scale, 4 / scale]);
  context.lineWidth = (kind === "mask" ? 1.5 : 1.25) / scale;
  context.strokeStyle = kind === "mask" ? colour : "#ffffff";
  context.stroke(path);
  context.globalAlpha = 1;
}
