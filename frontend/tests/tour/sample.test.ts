import { describe, expect, test } from "vitest";
import { contains, maskFromRLE, maskFromRuns } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import { answerTo, DISCS, MISSED, SIZE_HW, sampleAnnotations } from "@/pages/tour/sample";

const point = (x: number, y: number, label: 0 | 1 = 1): Prompt => ({
  ...{ kind: "point", xy: [x, y], label },
});
const LIGHT = { x: MISSED.x - 30, y: MISSED.y - 30 };
const SHADOW = { x: MISSED.x + 45, y: MISSED.y + 45 };

async function answered(prompts: Prompt[], previous: Float32Array | null = null) {
  const { mask } = await answerTo(prompts, previous);
  return { mask: maskFromRuns(SIZE_HW, mask.runs), logits: mask.logits };
}

describe("the sample image", () => {
  test("has a proposal for each disc but one, and no two discs touch", () => {
    const proposals = [...sampleAnnotations().proposals.values()];

    expect(proposals).toHaveLength(DISCS.length - 1);
    expect(proposals.some(({ rle }) => contains(maskFromRLE(rle), LIGHT))).toBe(false);
    for (const [at, a] of DISCS.entries()) {
      for (const b of DISCS.slice(at + 1)) {
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(a.radius + b.radius);
      }
    }
  });

  test("answers a click on the light part without the shadow, and a second one with it", async () => {
    const first = await answered([point(LIGHT.x, LIGHT.y)]);
    expect([contains(first.mask, LIGHT), contains(first.mask, SHADOW)]).toEqual([true, false]);

    const both = await answered([point(LIGHT.x, LIGHT.y), point(SHADOW.x, SHADOW.y)], first.logits);
    expect([contains(both.mask, LIGHT), contains(both.mask, SHADOW)]).toEqual([true, true]);
    const less = await answered([point(SHADOW.x, SHADOW.y, 0)], both.logits);
    expect([contains(less.mask, LIGHT), contains(less.mask, SHADOW)]).toEqual([true, false]);
  });

  test("answers a box by the disc in its middle, and a click beside all discs by words", async () => {
    const [disc] = DISCS;
    if (disc === undefined) throw new Error("no disc");
    const { x, y, radius } = disc;
    const box_xyxy: [number, number, number, number] = [
      x - radius,
      y - radius,
      x + radius,
      y + radius,
    ];

    const { mask } = await answered([{ kind: "box", box_xyxy }]);

    expect(mask.area_px).toBeCloseTo(Math.PI * radius ** 2, -3);
    await expect(answered([point(5, 5)])).rejects.toThrow("only the discs are objects");
  });
});
