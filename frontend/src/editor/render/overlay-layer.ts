/** What changes with the pointer: hover, selection, the draft, its prompts, strokes, the pen. */

import {
  type Box,
  type ImagePoint,
  type ScreenPoint,
  toScreen,
  type View,
} from "@/editor/geometry";
import { type Mask, maskFromRLE } from "@/editor/mask";
import type { MaskRow, Prompt, ProposalRow } from "@/editor/operations";
import { withAlpha } from "@/editor/render/colours";
import { type Context, drawInImage, drawOnScreen, type Layer } from "@/editor/render/layer";
import { pathOf } from "@/editor/render/paths";
import { drawPrompt } from "@/editor/render/prompts";
import { drawSketch, drawStroke } from "@/editor/render/sketches";
import type { Stroke } from "@/editor/stroke";
import type { Ghost, Sketch } from "@/editor/tools/tool";

const [CROSS_GAP_PX, CROSS_PX] = [4, 15];
const ARMS = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** One object to point out. */
export interface Shown {
  readonly row: MaskRow | ProposalRow;
  readonly colour: string;
}

interface DraftShown {
  readonly mask: Mask | null;
  readonly prompts: readonly Prompt[];
  readonly active: number | null; // the prompt that is taken hold of
}

export interface OverlayScene {
  readonly hover: Shown | null;
  readonly selection: readonly Shown[];
  readonly draft: DraftShown | null;
  readonly draftColour: string;
  readonly stroke: Stroke | null;
  readonly strokeBase: Mask | null; // what an eraser's stroke takes from
  readonly box: Box | null;
  readonly sketch: Sketch | null;
  readonly ghost: Ghost | null;
  readonly pen: { at: ImagePoint; radius_px: number } | null;
  readonly cross: ImagePoint | null; // the pointer that keys move
}

export class OverlayLayer {
  #layer: Layer;
  #strokeCanvas = document.createElement("canvas");
  #drawn: Drawn | null = null;

  constructor(layer: Layer) {
    this.#layer = layer;
  }

  draw(scene: OverlayScene, view: View): void {
    const { context, ratio, canvas } = this.#layer;
    const before = this.#drawn;
    this.#drawn = { scene, view, size: [ratio, canvas.width, canvas.height] };
    // Even a canvas that was only cleared is sent on whole.
    if (isEmpty(scene) && (before === null || isEmpty(before.scene))) return;
    if (before !== null && looksAlike(before, this.#drawn)) return;
    this.#layer.clear();
    drawInImage(context, view, ratio);
    context.lineJoin = "round";
    context.lineCap = "round";
    if (scene.hover !== null) this.#outline(scene.hover, view, 0.2, 2);
    if (scene.strokeBase === null) {
      for (const shown of scene.selection) this.#outline(shown, view, 0.16, 2.5);
    }
    if (scene.draft?.mask && scene.strokeBase === null) {
      this.#draftMask(scene.draft.mask, scene.draftColour, view);
    }
    if (scene.stroke !== null) this.#stroke(scene.stroke, scene, view);
    if (scene.ghost !== null) this.#ghost(scene.ghost, scene.draftColour, view);
    if (scene.box !== null) this.#box(scene.box, view);
    drawOnScreen(context, ratio);
    if (scene.sketch !== null) drawSketch(context, scene.sketch, view);
    for (const [index, prompt] of (scene.draft?.prompts ?? []).entries()) {
      drawPrompt(context, prompt, view, index === scene.draft?.active ? 9 : 6.5);
    }
    if (scene.pen !== null) this.#pen(scene.pen.at, scene.pen.radius_px * view.scale, view);
    if (scene.cross !== null) this.#cross(toScreen(view, scene.cross));
  }

  #outline({ row, colour }: Shown, { scale }: View, fill: number, width: number): void {
    const { context } = this.#layer;
    const path = pathOf(maskFromRLE(row.rle), scale);
    context.fillStyle = withAlpha("#ffffff", fill);
    context.fill(path, "evenodd");
    context.setLineDash([]);
    context.lineWidth = (width + 2.5) / scale;
    context.strokeStyle = "#0b0d10b3";
    context.stroke(path);
    context.lineWidth = (width + 0.5) / scale;
    context.strokeStyle = "#ffffff";
    context.stroke(path);
    context.lineWidth = Math.max(width - 1, 0.75) / scale;
    context.strokeStyle = colour;
    context.stroke(path);
  }

  #draftMask(mask: Mask, colour: string, { scale }: View): void {
    const { context } = this.#layer;
    const path = pathOf(mask, scale);
    context.fillStyle = withAlpha(colour, 0.42);
    context.fill(path, "evenodd");
    strokeOnAny(context, path, [4 / scale, 2 / scale], "#0b0d1099");
  }

  /** The shape is drawn as it is, elsewhere: no outline is traced while it moves. */
  #ghost({ mask, dx, dy }: Ghost, colour: string, view: View): void {
    const { context, ratio } = this.#layer;
    drawInImage(
      context,
      { ...view, x: view.x + dx * view.scale, y: view.y + dy * view.scale },
      ratio,
    );
    this.#draftMask(mask, colour, view);
    drawInImage(context, view, ratio);
  }

  /** Strokes are drawn opaque aside and laid over as one, or they would darken where they cross. */
  #stroke(stroke: Stroke, { strokeBase, draftColour }: OverlayScene, view: View): void {
    const { context, canvas, ratio } = this.#layer;
    const aside = this.#strokeCanvas;
    aside.width = canvas.width;
    aside.height = canvas.height;
    const pen = aside.getContext("2d");
    if (pen === null) return;
    drawInImage(pen, view, ratio);
    pen.fillStyle = draftColour;
    pen.strokeStyle = draftColour;
    if (strokeBase !== null) pen.fill(pathOf(strokeBase, view.scale), "evenodd");
    pen.globalCompositeOperation = stroke.value === 1 ? "source-over" : "destination-out";
    pen.lineCap = "round";
    pen.lineJoin = "round";
    drawStroke(pen, stroke);
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 0.5;
    context.drawImage(aside, 0, 0);
    context.restore();
  }

  #box({ x0, y0, x1, y1 }: Box, { scale }: View): void {
    const path = new Path2D();
    path.rect(x0, y0, x1 - x0, y1 - y0);
    strokeOnAny(this.#layer.context, path, [3 / scale, 1.5 / scale], "#0b0d1099");
  }

  #pen(at: ImagePoint, radius: number, view: View): void {
    const { x, y } = toScreen(view, at);
    const path = new Path2D();
    path.arc(x, y, radius, 0, 2 * Math.PI);
    strokeOnAny(this.#layer.context, path, [3, 1.25], "#0b0d1080");
  }

  /** Open in the middle, so that what it points at is seen. */
  #cross({ x, y }: ScreenPoint): void {
    const path = new Path2D();
    for (const [dx, dy] of ARMS) {
      path.moveTo(x + dx * CROSS_GAP_PX, y + dy * CROSS_GAP_PX);
      path.lineTo(x + dx * CROSS_PX, y + dy * CROSS_PX);
    }
    strokeOnAny(this.#layer.context, path, [4, 1.5], "#0b0d10cc");
  }
}

interface Drawn {
  readonly scene: OverlayScene;
  readonly view: View;
  readonly size: readonly number[]; // of a canvas: one that was resized is empty
}

/** A save changes rows, and nothing of what is seen of them. */
function looksAlike(a: Drawn, b: Drawn): boolean {
  if (a.view !== b.view || a.size.some((side, at) => side !== b.size[at])) return false;
  const { hover, selection, draft, ...others } = a.scene;
  return (
    isSameShown(hover, b.scene.hover) &&
    selection.length === b.scene.selection.length &&
    selection.every((shown, at) => isSameShown(shown, b.scene.selection[at] ?? null)) &&
    draft === null &&
    b.scene.draft === null &&
    Object.entries(others).every(([name, part]) => part === b.scene[name as keyof OverlayScene])
  );
}

function isSameShown(a: Shown | null, b: Shown | null): boolean {
  return a?.row.id === b?.row.id && a?.row.rle === b?.row.rle && a?.colour === b?.colour;
}

function isEmpty({ selection, draftColour, strokeBase, ...parts }: OverlayScene): boolean {
  return selection.length === 0 && Object.values(parts).every((part) => part === null);
}

/** A white line on a wider dark one: it is seen on any picture. */
function strokeOnAny(
  context: Context,
  path: Path2D,
  [under, over]: readonly [under: number, over: number],
  shade: string,
): void {
  context.setLineDash([]);
  context.lineWidth = under;
  context.strokeStyle = shade;
  context.stroke(path);
  context.lineWidth = over;
  context.strokeStyle = "#ffffff";
  context.stroke(path);
}
