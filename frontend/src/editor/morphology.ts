/** Masks grown or shrunk by one pixel to each side. */

import type { Box } from "@/editor/geometry";
import { fromBitmap, type Mask, toBitmap } from "@/editor/mask";

/** Add every pixel that touches the mask by a side. */
export function grow(mask: Mask): Mask {
  if (mask.box === null) return mask;
  const { box, data } = toBitmap(mask, widened(mask.box, mask));
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const grown = data.slice();
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      if (data[at] === 0) continue;
      if (x > 0) grown[at - 1] = 1;
      if (x < width - 1) grown[at + 1] = 1;
      if (y > 0) grown[at - width] = 1;
      if (y < height - 1) grown[at + width] = 1;
    }
  }
  return fromBitmap({ box, data: grown }, mask.size_hw);
}

/**
 * Take every pixel that touches the background by a side.
 *
 * The image's border is no background: an object that the picture cuts off goes on beyond it.
 */
export function shrink(mask: Mask): Mask {
  if (mask.box === null) return mask;
  const { box, data } = toBitmap(mask, widened(mask.box, mask));
  const [width, height] = [box.x1 - box.x0, box.y1 - box.y0];
  const shrunk = data.slice();
  let at = 0;
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 1) {
      if (data[at] === 1) continue;
      if (x > 0) shrunk[at - 1] = 0;
      if (x < width - 1) shrunk[at + 1] = 0;
      if (y > 0) shrunk[at - width] = 0;
      if (y < height - 1) shrunk[at + width] = 0;
    }
  }
  return fromBitmap({ box, data: shrunk }, mask.size_hw);
}

function widened({ x0, y0, x1, y1 }: Box, { size_hw: [height, width] }: Mask): Box {
  return {
    x0: Math.max(x0 - 1, 0),
    y0: Math.max(y0 - 1, 0),
    x1: Math.min(x1 + 1, width),
    y1: Math.min(y1 + 1, height),
  };
}
