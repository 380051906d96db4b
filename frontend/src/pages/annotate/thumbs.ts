/** Small pictures of masks in their surroundings. */

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
  /** Its line alone, for what is inside to be seen. */
  readonly isOutline?: boolean;
}

export interface ThumbOptions {
  readonly width_px: number;
  /** As high as it is wide if not told. */
  readonly height_px?: number;
  /** What to show; around the masks if not told. */
  readonly around?: Box | null;
  /** Drawn on top. */
  readonly prompts?: readonly Prompt[];
}

const POINT_PX = 3.5; // its radius: the mask below stays in sight
const SURROUNDINGS = { factor: 1.25, least_px: 10 };
const LINE_PX = 1.5; // of the screen
const HALO = "#000000b3"; // a white line is seen on white by it

const scratch = document.createElement("canvas");

/** The same as `drawThumb` draws, as an address for an <img>; null where there is nothing to draw. */
export function thumbAddress(
  bitmap: ImageBitmap,
  masks: readonly Coloured[],
  options: ThumbOptions,
): string | null {
  return drawThumb(scratch, bitmap, masks, options) ? scratch.toDataURL() : null;
}

/** Draw a part of the image and masks on it, one over the other. */
export function drawThumb(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  masks: readonly Coloured[],
  { width_px, height_px = width_px, around, prompts = [] }: ThumbOptions,
): boolean {
  const box = around ?? masks.reduce<Box | null>((all, { mask }) => unionBox(all, mask.box), null);
  if (box === null || bitmap.width === 0) return false; // it was closed: another image is opened
  canvas.width = Math.round(width_px * devicePixelRatio);
  canvas.height = Math.round(height_px * devicePixelRatio);
  draw(canvas, bitmap, box, masks, prompts);
  return true;
}

function draw(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  box: Box,
  masks: readonly Coloured[],
  prompts: readonly Prompt[],
): void {
  const context = canvas.getContext("2d", { willReadFrequently: canvas === scratch });
  if (context === null) return;
  const ratio = devicePixelRatio;
  const { width, height } = canvas;
  const { x, y, scale } = nearWindow(canvas, bitmap, box, SURROUNDINGS);
  context.imageSmoothingQuality = "medium";
  context.drawImage(bitmap, x, y, width / scale, height / scale, 0, 0, width, height);
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  const line_px = (LINE_PX * ratio) / scale;
  for (const { mask, colour, isOutline = false } of masks) {
    const path = pathOf(mask, 1);
    if (isOutline) stroke(context, path, HALO, 2 * line_px);
    else fill(context, path, withAlpha(colour, 0.45));
    stroke(context, path, masks.length === 1 ? "#ffffff" : colour, line_px);
  }
  drawOnScreen(context, ratio);
  const view = { scale: scale / ratio, x: (-x * scale) / ratio, y: (-y * scale) / ratio };
  for (const prompt of prompts) drawPrompt(context, prompt, view, POINT_PX);
}

function fill(context: CanvasRenderingContext2D, path: Path2D, colour: string): void {
  context.fillStyle = colour;
  context.fill(path, "evenodd");
}

function stroke(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  width: number,
): void {
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke(path);
}
