/** All masks and proposals of an image, drawn fast enough for 500 of them. */

import type { View } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { LabelId, MaskRow, ProposalRow } from "@/editor/operations";
import { instanceColour, withAlpha } from "@/editor/render/colours";
import { type Context, drawInImage, type Layer } from "@/editor/render/layer";
import { pathOf } from "@/editor/render/paths";

const CHEAP_MS = 7; // a full drawing that takes less is simply repeated in every frame
const SETTLE_MS = 90;

export interface MaskScene {
  readonly masks: readonly MaskRow[];
  readonly proposals: readonly ProposalRow[];
  readonly threshold: number; // proposals below this predicted IoU stand back
  readonly fill: number; // opacity of the inside of a mask; 0 draws outlines alone
  readonly colourOf: (row: { id: string; label: LabelId | null }) => string;
}

export class MaskLayer {
  #layer: Layer;
  #drawn = document.createElement("canvas");
  #drawnView: View | null = null;
  #cost_ms = 0;
  #settle = 0;
  #onSettle: () => void;

  /** `onSettle` asks for a full drawing once the view rests. */
  constructor(layer: Layer, onSettle: () => void) {
    this.#layer = layer;
    this.#onSettle = onSettle;
  }

  /** Draw everything anew: the annotations, what is shown, or the size changed. */
  draw(scene: MaskScene, view: View): void {
    const { canvas, ratio } = this.#layer;
    const started = performance.now();
    if (this.#drawn.width !== canvas.width) this.#drawn.width = canvas.width;
    if (this.#drawn.height !== canvas.height) this.#drawn.height = canvas.height;
    const context = this.#drawn.getContext("2d");
    if (context === null) return;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    drawInImage(context, view, ratio);
    drawMasks(context, scene, view);
    drawProposals(context, scene, view);
    this.#drawnView = view;
    this.#copy(view);
    this.#cost_ms = performance.now() - started;
  }

  /** Follow the view. With many masks the last drawing moves along until the view rests. */
  move(scene: MaskScene, view: View): void {
    clearTimeout(this.#settle);
    if (this.#cost_ms < CHEAP_MS) {
      this.draw(scene, view);
      return;
    }
    this.#copy(view);
    this.#settle = window.setTimeout(this.#onSettle, SETTLE_MS);
  }

  dispose(): void {
    clearTimeout(this.#settle);
  }

  #copy(view: View): void {
    const { context, ratio } = this.#layer;
    const from = this.#drawnView ?? view;
    const scale = view.scale / from.scale;
    this.#layer.clear();
    context.setTransform(
      scale,
      0,
      0,
      scale,
      (view.x - from.x * scale) * ratio,
      (view.y - from.y * scale) * ratio,
    );
    context.drawImage(this.#drawn, 0, 0);
  }
}

function drawMasks(context: Context, { masks, fill, colourOf }: MaskScene, { scale }: View): void {
  context.lineJoin = "round";
  context.setLineDash([]);
  for (const row of masks) {
    const colour = colourOf(row);
    const path = pathOf(maskFromRLE(row.rle), scale);
    if (fill > 0) {
      context.fillStyle = withAlpha(colour, fill);
      context.fill(path, "evenodd");
    }
    // A dark line under the bright one: the edge is clear on any picture.
    context.lineWidth = 3 / scale;
    context.strokeStyle = "#0b0d1066";
    context.stroke(path);
    context.lineWidth = 1.5 / scale;
    context.strokeStyle = colour;
    context.stroke(path);
  }
}

function drawProposals(context: Context, scene: MaskScene, { scale }: View): void {
  for (const row of scene.proposals) {
    context.globalAlpha = row.predicted_iou >= scene.threshold ? 1 : 0.4;
    const path = pathOf(maskFromRLE(row.rle), scale);
    if (scene.fill > 0) {
      context.fillStyle = withAlpha(instanceColour(row.id), 0.08);
      context.fill(path, "evenodd");
    }
    context.setLineDash([]);
    context.lineWidth = 2.5 / scale;
    context.strokeStyle = "#0b0d1059";
    context.stroke(path);
    context.setLineDash([5 / scale, 4 / scale]);
    context.lineWidth = 1.25 / scale;
    context.strokeStyle = "#ffffff";
    context.stroke(path);
  }
  context.globalAlpha = 1;
}
