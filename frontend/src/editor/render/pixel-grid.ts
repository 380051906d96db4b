/** Lines between the pixels of the image, once they are large enough to be told apart. */

import { type Area, type Box, clamp, toImage, type View } from "@/editor/geometry";
import type { Layer } from "@/editor/render/layer";

const GRID_FROM_SCALE = 12; // CSS pixels to one of the image: nearer ones would be hidden by the lines

// Side by side, one of the two is seen on any picture.
const DARK = "#0b0d1059";
const BRIGHT = "#ffffff59";

/** The pixels of the image in view, between which lines stand; null where they are too small. */
export function gridBox(view: View, stage: Area, image: Area): Box | null {
  if (view.scale < GRID_FROM_SCALE) return null;
  const first = toImage(view, { x: 0, y: 0 });
  const last = toImage(view, { x: stage.width, y: stage.height });
  const box = {
    x0: clamp(Math.floor(first.x), 0, image.width),
    y0: clamp(Math.floor(first.y), 0, image.height),
    x1: clamp(Math.ceil(last.x), 0, image.width),
    y1: clamp(Math.ceil(last.y), 0, image.height),
  };
  return box.x0 < box.x1 && box.y0 < box.y1 ? box : null;
}

export function drawPixelGrid({ context, ratio }: Layer, box: Box, view: View): void {
  const place = (at: number, offset: number): number =>
    Math.round((at * view.scale + offset) * ratio);
  const [left, right] = [place(box.x0, view.x), place(box.x1, view.x)];
  const [top, bottom] = [place(box.y0, view.y), place(box.y1, view.y)];
  context.setTransform(1, 0, 0, 1, 0, 0); // in pixels of the screen, so that lines are sharp
  for (const [tone, aside] of [[DARK, -1] as const, [BRIGHT, 0] as const]) {
    context.beginPath();
    for (let x = box.x0; x <= box.x1; x += 1) {
      context.rect(place(x, view.x) + aside, top, 1, bottom - top);
    }
    for (let y = box.y0; y <= box.y1; y += 1) {
      context.rect(left, place(y, view.y) + aside, right - left, 1);
    }
    context.fillStyle = tone;
    context.fill();
  }
}
