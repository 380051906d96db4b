/** Small pictures of one mask in its surroundings. */

import { type Box, unionBox } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import { withAlpha } from "@/editor/render/colours";
import { drawOnScreen } from "@/editor/render/layer";
import { pathOf } from "@/editor/render/paths";
import { drawPrompt } from "@/editor/render/prompts";
import { nearWindow } from "@/editor/render/window";

export interface Coloured {
  readonly mask: Mask;
  readonly colour: string;
}

export interface ThumbOptions {
  readonly side_px: number;
  /** What to show; around the masks if not told. */
  readonly around?: Box | null;
  /** Drawn on top. */
  readonly prompts?: readonly Prompt[];
}

const POINT_PX = 3.5; // its radius: the mask below stays in sight
const SURROUNDINGS = { factor: 1.25, least_px: 10 };

const scratch = document.createElement("canvas");

/** The same as `drawThumb` draws, as an address for an <img>; null where there is nothing to draw. */
export function thumbAddress(
  bitmap: ImageBitmap,
  masks: readonly Coloured[],
  options: ThumbOptions,
): string | null {
  return drawThumb(scratch, bitmap, masks, options) ? scratch.toDataURL() : null;
}

/** Draw a part of the image and masks on it, one over the other, into a square canvas. */
export function drawThumb(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  masks: readonly Coloured[],
  options: ThumbOptions,
): boolean {
  const box =
    options.around ?? masks.reduce<Box | null>((all, { mask }) => unionBox(all, mask.box), null);
  if (box === null || bitmap.width === 0) return false; // it was closed: another image is opened
  draw(canvas, bitmap, box, masks, options);
  return true;
}

function draw(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  box: Box,
  masks: readonly Coloured[],
  { side_px, prompts = [] }: ThumbOptions,
): void {
  const context = canvas.getContext("2d", { willReadFrequently: canvas === scratch });
  if (context === null) return;
  canvas.width = Math.round(side_px * devicePixelRatio);
  canvas.height = canvas.width;
  const { width, height } = canvas;
  const { x, y, scale } = nearWindow(canvas, bitmap, box, SURROUNDINGS);
  context.imageSmoothingQuality = "medium";
  context.drawImage(bitmap, x, y, width / scale, height / scale, 0, 0, width, height);
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  for (const { mask, colour } of masks) {
    const path = pathOf(mask, 1);
    context.fillStyle = withAlpha(colour, 0.45);
    context.fill(path, "evenodd");
    context.lineWidth = 1.5 / scale;
    context.strokeStyle = masks.length === 1 ? "#ffffff" : colour;
    context.stroke(path);
  }
  const ratio = width / side_px;
  drawOnScreen(context, ratio);
  const view = { scale: scale / ratio, x: (-x * scale) / ratio, y: (-y * scale) / ratio };
  for (const prompt of prompts) drawPrompt(context, prompt, view, POINT_PX);
}
