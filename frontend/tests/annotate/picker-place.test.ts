import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Box } from "@/editor/geometry";
import { PICKER_SIZE, type Place, placeOfPicker } from "@/pages/annotate/picker-place";

const STAGE = { width: 900, height: 700 };
const around = (x: number, y: number, reach_x: number, reach_y = reach_x): Box => ({
  ...{ x0: x - reach_x, y0: y - reach_y, x1: x + reach_x, y1: y + reach_y },
});

function covers({ left, top }: Place, { x0, y0, x1, y1 }: Box): boolean {
  const { width, height } = PICKER_SIZE;
  return left < x1 && left + width > x0 && top < y1 && top + height > y0;
}

describe("the picker of hypotheses", () => {
  const click = { x: 450, y: 300 };
  const part = around(450, 300, 20);

  test("stands to the right of the largest mask that the click may mean", () => {
    const whole = around(430, 300, 90);
    const place = placeOfPicker(click, [part, whole], STAGE);

    expect(place.left).toBe(520 + 12);
    expect(covers(place, whole)).toBe(false);
  });

  test("stands on another side where there is no room on the right", () => {
    const atRight = placeOfPicker({ x: 800, y: 300 }, [around(800, 300, 90)], STAGE);
    const wide = around(450, 200, 440, 100);
    const below = placeOfPicker(click, [wide], STAGE);

    expect(atRight.left + PICKER_SIZE.width).toBe(710 - 12);
    expect(below.top).toBe(316 + 12); // the pointer reaches further down
    expect(covers(below, wide)).toBe(false);
  });

  test("stands beside a smaller one where the largest leaves no room", () => {
    const ground = around(450, 350, 450, 350);
    const place = placeOfPicker(click, [part, ground], STAGE);

    expect(covers(place, part)).toBe(false);
    expect(covers(placeOfPicker(click, [ground], STAGE), around(450, 300, 16))).toBe(false);
  });

  test("is on the stage wherever the masks are, and never over the pointer", () => {
    const place = fc.record({
      x: fc.integer({ min: 0, max: 900 }),
      y: fc.integer({ min: 0, max: 700 }),
    });
    const box = fc
      .tuple(
        fc.integer({ min: -500, max: 1200 }),
        fc.integer({ min: -500, max: 1200 }),
        fc.nat(900),
      )
      .map(([x, y, reach]) => around(x, y, reach));
    fc.assert(
      fc.property(place, fc.array(box, { maxLength: 3 }), (at, boxes) => {
        const found = placeOfPicker(at, boxes, STAGE);
        expect(found.left).toBeGreaterThanOrEqual(8);
        expect(found.left + PICKER_SIZE.width).toBeLessThanOrEqual(STAGE.width - 8);
        expect(found.top).toBeGreaterThanOrEqual(8);
        expect(found.top + PICKER_SIZE.height).toBeLessThanOrEqual(STAGE.height - 52);
        expect(covers(found, around(at.x, at.y, 16))).toBe(false);
      }),
      { seed: 11, numRuns: 300 },
    );
  });
});
