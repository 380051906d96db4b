/** Shapes as pixels of the image: there at once, until their outlines are drawn. */

import type { Box } from "@/editor/geometry";
import { toBitmap } from "@/editor/mask";
import { doBoxesMeet } from "@/editor/mask-sets";
import type { Shape } from "@/editor/render/shapes";

/** A picture of a part of the image; each of its pixels stands for `step` x `step` of the image's. */
export interface PixelPicture {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint32Array<ArrayBuffer>; // as the bytes of an ImageData
}

/**
 * The shapes in a box of whole pixels: each rim in full, each inside in its fill. An inside gives
 * way to what is there already: to blend them takes as long as all the rest.
 */
export function pixelsOf(shapes: readonly Shape[], box: Box, step: number): PixelPicture {
  const width = Math.ceil((box.x1 - box.x0) / step);
  const height = Math.ceil((box.y1 - box.y0) / step);
  const picture = { width, height, rgba: new Uint32Array(width * height) };
  for (const shape of shapes) {
    if (doBoxesMeet(shape.mask.box, box)) paint(picture, shape, box, step);
  }
  return picture;
}

function paint({ width, rgba }: PixelPicture, shape: Shape, box: Box, step: number): void {
  const { mask, colour, fill, opacity } = shape;
  if (mask.box === null) return;
  const { x0, y0, x1, y1 } = mask.box;
  const { data } = toBitmap(mask, mask.box);
  const row = x1 - x0;
  const rim = packed(shape.kind === "mask" ? colour : "#ffffff", opacity);
  const inside = packed(colour, fill * opacity);
  for (let y = firstFrom(y0, box.y0, step); y < Math.min(y1, box.y1); y += step) {
    const isEdgeRow = y - step < y0 || y + step >= y1;
    const line = ((y - box.y0) / step) * width;
    for (let x = firstFrom(x0, box.x0, step); x < Math.min(x1, box.x1); x += step) {
      const at = (y - y0) * row + x - x0;
      if (data[at] === 0) continue;
      const isRim =
        isEdgeRow ||
        x - step < x0 ||
        x + step >= x1 ||
        data[at - step] === 0 ||
        data[at + step] === 0 ||
        data[at - step * row] === 0 ||
        data[at + step * row] === 0;
      const to = line + (x - box.x0) / step;
      if (isRim) rgba[to] = rim;
      else if (rgba[to] === 0) rgba[to] = inside;
    }
  }
}

/** The first place not before `start` that lies on the grid of the picture. */
function firstFrom(start: number, origin: number, step: number): number {
  return origin + Math.max(Math.ceil((start - origin) / step), 0) * step;
}

/** `#rrggbb` with an opacity, in the order of the bytes of an ImageData: browsers are little-endian. */
function packed(colour: string, alpha: number): number {
  const rgb = Number.parseInt(colour.slice(1), 16);
  const [red, green, blue] = [rgb >> 16, (rgb >> 8) & 255, rgb & 255];
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
