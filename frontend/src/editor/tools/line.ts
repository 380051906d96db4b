/** A line drawn by hand, as scribble, lasso and split take it. */

import type { ImagePoint } from "@/editor/geometry";

const CLOSEST_PX = 0.4; // image pixels: nearer points add nothing to a line of pixels

/** The line with one more point, or the same one when the point is hardly a new place. */
export function extendLine(line: readonly ImagePoint[], at: ImagePoint): readonly ImagePoint[] {
  const last = line.at(-1);
  const isNew = last === undefined || Math.hypot(at.x - last.x, at.y - last.y) >= CLOSEST_PX;
  return isNew ? [...line, at] : line;
}

export function lengthOf(line: readonly ImagePoint[]): number {
  let length = 0;
  for (let index = 1; index < line.length; index += 1) {
    const [from, to] = [line[index - 1] as ImagePoint, line[index] as ImagePoint];
    length += Math.hypot(to.x - from.x, to.y - from.y);
  }
  return length;
}

/** Places along a line, each in the middle of one of `count` equal parts. */
export function sampleLine(line: readonly ImagePoint[], count: number): ImagePoint[] {
  const length = lengthOf(line);
  const places: ImagePoint[] = [];
  let passed = 0;
  for (let index = 1; index < line.length && places.length < count; index += 1) {
    const [from, to] = [line[index - 1] as ImagePoint, line[index] as ImagePoint];
    const step = Math.hypot(to.x - from.x, to.y - from.y);
    while (places.length < count) {
      const wanted = ((places.length + 0.5) * length) / count;
      if (wanted > passed + step) break;
      const along = step === 0 ? 0 : (wanted - passed) / step;
      places.push({ x: from.x + along * (to.x - from.x), y: from.y + along * (to.y - from.y) });
    }
    passed += step;
  }
  const [only] = line;
  if (places.length === 0 && only !== undefined) places.push(only);
  return places;
}
