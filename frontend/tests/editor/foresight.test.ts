import { beforeEach, describe, expect, it, vi } from "vitest";
import { Foresight } from "@/editor/foresight";
import type { Prompt } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";

const point = (x: number, y: number, label: 0 | 1 = 1): Prompt => ({
  kind: "point",
  xy: [x, y],
  label,
});
const answerOf = (name: string): Decoded => ({ name }) as unknown as Decoded;

describe("a click that was foreseen", () => {
  const ask = vi.fn<(prompts: readonly Prompt[]) => Promise<Decoded | null>>();
  let rest: (() => void) | null = null;
  let foresight: Foresight;

  beforeEach(() => {
    ask.mockReset().mockImplementation(async ([prompt]) => answerOf(JSON.stringify(prompt)));
    rest = null;
    foresight = new Foresight(ask, (task) => {
      rest = task;
      return () => {
        if (rest === task) rest = null;
      };
    });
  });

  it("takes the answer that was asked for while the pointer rested", async () => {
    foresight.expect({ x: 3, y: 4 });
    rest?.();
    const answer = await foresight.decode([point(3, 4)], null);

    expect(answer).toEqual(answerOf(JSON.stringify(point(3, 4))));
    expect(ask).toHaveBeenCalledTimes(1);
  });

  it("is used once", async () => {
    foresight.expect({ x: 3, y: 4 });
    rest?.();
    await foresight.decode([point(3, 4)], null);
    await foresight.decode([point(3, 4)], null);

    expect(ask).toHaveBeenCalledTimes(2);
  });

  it.each([
    ["elsewhere", [point(3, 5)], null],
    ["beside the object", [point(3, 4, 0)], null],
    ["as a second prompt", [point(9, 9), point(3, 4)], null],
    ["on a mask that is there", [point(3, 4)], new Float32Array(1)],
  ])("asks anew for a click %s", async (_, prompts, previous) => {
    foresight.expect({ x: 3, y: 4 });
    rest?.();
    await foresight.decode(prompts, previous);

    expect(ask).toHaveBeenCalledTimes(2);
    expect(ask).toHaveBeenLastCalledWith(prompts, previous);
  });

  it("asks nothing while the pointer moves", () => {
    foresight.expect({ x: 1, y: 1 });
    foresight.expect({ x: 2, y: 2 });
    foresight.forget();

    expect(rest).toBeNull();
    expect(ask).not.toHaveBeenCalled();
  });

  it.each([
    ["was overtaken", async () => null],
    ["failed", async () => Promise.reject(new Error("lost"))],
  ])("asks anew when what was foreseen %s", async (_, outcome) => {
    ask.mockImplementationOnce(outcome);
    foresight.expect({ x: 3, y: 4 });
    rest?.();

    expect(await foresight.decode([point(3, 4)], null)).toEqual(
      answerOf(JSON.stringify(point(3, 4))),
    );
    expect(ask).toHaveBeenCalledTimes(2);
  });
});
