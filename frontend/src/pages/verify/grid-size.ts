/** How a grid of crops fills its place: all of them in sight, each as large as can be. */

import type { Area } from "@/editor/geometry";

const GAP_PX = 8;
const CAPTION_PX = 28;

export interface GridSize {
  readonly columns: number;
  readonly rows: number;
}

/** The columns and rows whose cells have the largest square above their caption. */
export function gridSize({ width, height }: Area, count: number): GridSize {
  const sizes = Array.from({ length: count }, (_, index): GridSize => {
    const columns = index + 1;
    return { columns, rows: Math.ceil(count / columns) };
  });
  const side = ({ columns, rows }: GridSize): number =>
    Math.min((width + GAP_PX) / columns - GAP_PX, (height + GAP_PX) / rows - GAP_PX - CAPTION_PX);
  return sizes.reduce((best, size) => (side(size) > side(best) ? size : best));
}
