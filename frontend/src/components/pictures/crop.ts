/** The views of a mask: where it is in the image, and what it looks like from near. */

import type { Box } from "@/editor/geometry";
import type { Mask } from "@/editor/mask";
import { pathOf } from "@/editor/render/paths";
import { nearWindow, type Window, wholeWindow } from "@/editor/render/window";

// Nearer, single pixels would hide what they are part of.
const SURROUNDINGS = { factor: 1.5, least_px: 24 };
const HALO = "#000000b3";
const INSIDE = 0.18; // so faint that what is under it can be seen
const BESIDE = 0.5; // two shapes are compared: they matter more than what is under them

/** Draw the whole image with a box around the proposal. */
export function drawWhere(canvas: HTMLCanvasElement, bitmap: ImageBitmap, box: Box): void {
  const { context, scale } = begin(canvas, bitmap, wholeWindow(canvas, bitmap));
  const line_px = (2 * devicePixelRatio) / scale;
  const gap = 2 * line_px; // the line stays clear of the object
  const sides = [box.x1 - box.x0 + 2 * gap, box.y1 - box.y0 + 2 * gap] as const;
  for (const [width, colour] of [
    [2 * line_px, HALO],
    [line_px, "#ffffff"],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.strokeRect(box.x0 - gap, box.y0 - gap, ...sides);
  }
}

/** Draw the proposal from near: its outline, and which side of it is the mask. */
export function drawNear(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  mask: Mask,
  colour: string | null,
): void {
  if (mask.box === null) return;
  const { context, scale } = begin(
    canvas,
    bitmap,
    nearWindow(canvas, bitmap, mask.box, SURROUNDINGS),
  );
  if (colour === null) return;
  const path = pathOf(mask, scale);
  fill(context, path, colour, INSIDE);
  outline(context, path, colour, scale);
}

/** Draw the surroundings of a box, there a mask, filled, and the outline of another beside it. */
export function drawBeside(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  around: Box,
  filled: { mask: Mask; colour: string } | null,
  outlined: { mask: Mask; colour: string } | null,
): void {
  const { context, scale } = begin(
    canvas,
    bitmap,
    nearWindow(canvas, bitmap, around, SURROUNDINGS),
  );
  if (filled) fill(context, pathOf(filled.mask, scale), filled.colour, BESIDE);
  if (outlined) outline(context, pathOf(outlined.mask, scale), outlined.colour, scale);
}

/** Draw outlines on the surroundings of a box, or on the whole image. */
export function drawOutlines(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  around: Box | null,
  shapes: readonly { mask: Mask; colour: string }[],
): void {
  const window = around
    ? nearWindow(canvas, bitmap, around, SURROUNDINGS)
    : wholeWindow(canvas, bitmap);
  const { context, scale } = begin(canvas, bitmap, window);
  for (const { mask, colour } of shapes) outline(context, pathOf(mask, scale), colour, scale);
}

function fill(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  opacity: number,
): void {
  context.globalAlpha = opacity;
  context.fillStyle = colour;
  context.fill(path, "evenodd");
  context.globalAlpha = 1;
}

function outline(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  scale: number,
): void {
  const line_px = (2 * devicePixelRatio) / scale;
  context.lineJoin = "round";
  for (const [width, stroke] of [
    [2 * line_px, HALO],
    [line_px, colour],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = stroke;
    context.stroke(path);
  }
}

function begin(
  canvas: HTMLCanvasElement,
  bitmap: ImageBitmap,
  { x, y, scale }: Window,
): { context: CanvasRenderingContext2D; scale: number } {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no canvas.");
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingEnabled = scale < 4;
  context.imageSmoothingQuality = "high";
  context.setTransform(scale, 0, 0, scale, -x * scale, -y * scale);
  context.drawImage(bitmap, 0, 0);
  return { context, scale };
}
