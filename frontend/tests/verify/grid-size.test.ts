import { expect, test } from "vitest";
import { gridSize } from "@/pages/verify/grid-size";

test("all crops are in sight, as large as their place allows", () => {
  expect(gridSize({ width: 1256, height: 577 }, 20)).toEqual({ columns: 7, rows: 3 });
  expect(gridSize({ width: 1896, height: 860 }, 20)).toEqual({ columns: 7, rows: 3 });
  expect(gridSize({ width: 600, height: 900 }, 20)).toEqual({ columns: 4, rows: 5 });
});

test("there is a cell for each crop, also where there is no place yet", () => {
  for (const place of [
    { width: 0, height: 0 },
    { width: 3000, height: 200 },
  ]) {
    const { columns, rows } = gridSize(place, 20);
    expect(columns * rows).toBeGreaterThanOrEqual(20);
  }
});
