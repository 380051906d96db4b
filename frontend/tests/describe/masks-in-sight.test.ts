import { expect, test } from "vitest";
import { fromBitmap, maskToRLE } from "@/editor/mask";
import { MasksInSight } from "@/pages/describe/picture/masks";

const rleOf = (x0: number, y0: number, x1: number, y1: number) => {
  const data = new Uint8Array((x1 - x0) * (y1 - y0)).fill(1);
  return maskToRLE(fromBitmap({ box: { x0, y0, x1, y1 }, data }, [40, 40]));
};

const mask = (id: string, rle: ReturnType<typeof rleOf>, more = {}) => ({
  ...{ id, rle, label: 1, parent: null, revision: 1, area_px: 1, z: 0, attributes: {} },
  ...{ author: null, proposal: null, slot: 0, aside: false },
  ...more,
});

const MASKS = new MasksInSight({
  ...{ slot: 0, proposals: [], labels: [{ id: 1, name: "cup" }] },
  masks: [
    mask("table", rleOf(0, 10, 40, 40)),
    mask("cup", rleOf(10, 15, 20, 25)),
    mask("another's", rleOf(0, 0, 40, 40), { aside: true, slot: 1 }),
  ],
} as never);

test("a mask that does not count is neither drawn nor hit", () => {
  expect(MASKS.all.map(({ id }) => id)).toEqual(["table", "cup"]);
  expect(MASKS.at({ x: 5, y: 5 })).toBeNull();
});

test("of masks one on the other the smaller is meant", () => {
  expect(MASKS.at({ x: 15, y: 20 })).toBe("cup");
  expect(MASKS.at({ x: 30, y: 20 })).toBe("table");
});

test("keys go from mask to mask, around the end", () => {
  expect(MASKS.beside(null, 1)).toBe("table");
  expect(MASKS.beside("cup", 1)).toBe("table");
  expect(MASKS.beside(null, -1)).toBe("cup");
});

test("an outline is a closed path in image pixels", () => {
  expect(MASKS.all[1]?.path).toMatch(/^M[\d. ]+Z$/);
  expect(MASKS.middleOf("cup")).toEqual({ x: 15, y: 20 });
});
