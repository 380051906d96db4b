/** Live news of a round tell its last steps: the page keeps the ones before them. */

import { expect, it } from "vitest";
import { withNewSteps } from "@/api/rounds";
import type { RoundWithCurve } from "@/api/types";

const points = (...steps: number[]) => steps.map((step) => ({ step, loss: 1 / step }));

it("goes on with a curve where the news of it begin", () => {
  const round = { curve: points(1, 2, 3), caption_curve: points(1) } as unknown as RoundWithCurve;

  const renewed = withNewSteps(round, { curve: points(3, 4) } as Partial<RoundWithCurve>);

  expect(renewed.curve.map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  expect(renewed.caption_curve.map(({ step }) => step)).toEqual([1]);
});
