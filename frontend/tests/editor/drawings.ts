/** Masks as drawings: `#` is the object, anything else the background. */

import fc from "fast-check";
import type { SizeHW } from "@/editor/geometry";
import { fromBitmap, type Mask, toBitmap } from "@/editor/mask";

/** Read a drawing, one line for each row of pixels. */
export function draw(...rows: string[]): Mask {
  const size_hw: SizeHW = [rows.length, rows[0]?.length ?? 0];
  const data = Uint8Array.from(rows.join(""), (character) => (character === "#" ? 1 : 0));
  return fromBitmap({ box: whole(size_hw), data }, size_hw);
}

/** Draw a mask. */
export function rowsOf(mask: Mask): string[] {
  const [height, width] = mask.size_hw;
  const pixels = pixelsOf(mask);
  return Array.from({ length: height }, (_, y) =>
    [...pixels.subarray(y * width, (y + 1) * width)].map((value) => ".#"[value]).join(""),
  );
}

export function pixelsOf(mask: Mask): Uint8Array {
  return toBitmap(mask, whole(mask.size_hw)).data;
}

export function whole([height, width]: SizeHW) {
  return { x0: 0, y0: 0, x1: width, y1: height };
}

/** Masks of one size, for properties. */
export function masksOf(size_hw: SizeHW): fc.Arbitrary<Mask> {
  const [height, width] = size_hw;
  const count = height * width;
  return fc
    .array(fc.boolean(), { minLength: count, maxLength: count })
    .map((pixels) =>
      fromBitmap({ box: whole(size_hw), data: Uint8Array.from(pixels, Number) }, size_hw),
    );
}
