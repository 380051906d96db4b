import { describe, expect, it } from "vitest";
import { firstAnswer } from "@/editor/hypotheses";

const planes = (...rows: number[][]): Float32Array => Float32Array.from(rows.flat());

describe("the first answer to a lone point", () => {
  const logits = planes([1, 1, 1, -1], [1, -1, -1, -1], [1, 1, -1, -1], [1, 1, 1, 1]);

  it("is the single answer, in the place of the hypothesis that it is most like", () => {
    expect(firstAnswer([0.8, 0.9, 0.7, 0.94], logits)).toEqual({ shown: 0, place: 3 });
    const other = planes([1, 1, -1, -1], [1, -1, -1, -1], [1, 1, -1, -1], [1, 1, 1, 1]);
    expect(firstAnswer([0.8, 0.9, 0.7, 0.94], other)).toEqual({ shown: 0, place: 2 });
  });

  it("is a hypothesis that is clearly surer", () => {
    expect(firstAnswer([0.6, 0.7, 0.9, 0.8], logits)).toEqual({ shown: 2, place: 2 });
  });

  it("is the single answer where nothing is found", () => {
    const nothing = planes([-1, -1], [-1, -1], [-1, -1], [-1, -1]);
    expect(firstAnswer([0.1, 0.1, 0.1, 0.1], nothing)).toEqual({ shown: 0, place: 1 });
  });
});
