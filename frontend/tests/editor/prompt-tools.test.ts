import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Prompt } from "@/editor/operations";
import { lengthOf, sampleLine } from "@/editor/tools/line";
import { waitFor } from "../wait-for";
import { bench, decodedAs, type Setting } from "./desk";
import { draw } from "./drawings";
import { at } from "./pointer";

const answer = draw("......", "..##..", "..##..", "......");

/** An editor whose decoder answers each question at once, and what it was asked. */
function prompting(setting: Omit<Setting, "decode"> = {}) {
  const asked: { prompts: readonly Prompt[]; previous: Float32Array | null }[] = [];
  const made = bench({
    size_hw: [4, 6],
    tool: "point",
    ...setting,
    decode: async (prompts, previous) => {
      asked.push({ prompts, previous });
      return decodedAs(answer);
    },
  });
  const settled = () =>
    waitFor(() => expect(made.editor.draft.state.get()?.isDecoding).not.toBe(true));
  const prompts = () => made.editor.draft.state.get()?.prompts;
  return { ...made, asked, settled, prompts };
}

const point = (x: number, y: number, label: 0 | 1 = 1): Prompt => ({
  kind: "point",
  xy: [x, y],
  label,
});

describe("a point", () => {
  test("is dragged elsewhere: the decoder is asked anew, without its last answer", async () => {
    const { click, drag, settled, prompts, asked } = prompting();
    click(1, 1);
    await settled();
    click(4, 3, { altKey: true });
    await settled();
    drag([1, 1], [2, 1.5], [3, 2]);
    await settled();

    expect(prompts()).toEqual([point(3, 2), point(4, 3, 0)]);
    expect(asked.at(-1)).toEqual({ prompts: prompts(), previous: null });
  });

  test("that was dragged goes back by one undo", async () => {
    const { editor, click, drag, settled, prompts } = prompting();
    click(1, 1);
    await settled();
    drag([1, 1], [2, 2], [3, 2], [5, 3]);
    await settled();
    editor.undo();

    expect(prompts()).toEqual([point(1, 1)]);
  });

  test("goes back to where it was when Escape drops the drag, and the draft stays", async () => {
    const { editor, click, settled, prompts } = prompting();
    click(1, 1);
    await settled();
    editor.tool.get().onPointerDown(at(1, 1));
    editor.tool.get().onPointerMove(at(4, 2));
    editor.cancel();
    editor.tool.get().onPointerUp(at(5, 3));
    await settled();

    expect(prompts()).toEqual([point(1, 1)]);
  });

  test("that is only pressed is taken hold of, and no second one is put", async () => {
    const { editor, click, settled, prompts, asked } = prompting();
    click(1, 1);
    await settled();
    click(1.1, 1);

    expect(prompts()).toHaveLength(1);
    expect(asked).toHaveLength(1);
    expect(editor.draft.state.get()?.active).toBe(0);
  });

  test("stays on the image", async () => {
    const { click, drag, settled, prompts } = prompting();
    click(1, 1);
    await settled();
    drag([1, 1], [-5, 99]);
    await settled();

    expect(prompts()).toEqual([point(0.5, 3.5)]);
  });

  test("alone is removed by Alt or the right button on it; the rest is decoded anew", async () => {
    const { click, settled, prompts, asked } = prompting();
    click(1, 1);
    await settled();
    click(4, 3);
    await settled();
    click(1, 1, { isSecondary: true });
    await settled();

    expect(prompts()).toEqual([point(4, 3)]);
    expect(asked.at(-1)).toEqual({ prompts: [point(4, 3)], previous: null });
  });

  test("is removed by Backspace: the one in hand, else the newest", async () => {
    const { editor, click, settled, prompts } = prompting();
    for (const x of [1, 2, 3, 4]) {
      click(x, 1);
      await settled();
    }
    click(2, 1);
    editor.remove();
    await settled();
    editor.remove();
    await settled();

    expect(prompts()).toEqual([point(1, 1), point(3, 1)]);
  });

  test("that was the last one takes the draft along, and undo of a removal brings it back", async () => {
    const { editor, click, settled, prompts } = prompting();
    click(1, 1);
    await settled();
    click(3, 3);
    await settled();
    editor.remove();
    await settled();
    editor.undo();
    const back = prompts();
    editor.remove();
    await settled();
    editor.remove();

    expect(back).toEqual([point(1, 1), point(3, 3)]);
    expect(editor.draft.state.get()).toBeNull();
  });

  test("on a selected mask is moved with that mask's own logits", async () => {
    const { click, drag, settled, asked } = prompting({ masks: { a: answer }, selected: "a" });
    click(1, 1);
    await settled();
    drag([1, 1], [4, 1]);
    await settled();

    expect(asked[1]?.previous).toBe(asked[0]?.previous);
    expect(asked[1]?.previous).not.toBeNull();
  });
});

describe("the switch of a point", () => {
  test("takes away without Alt, and Alt and the right button do as ever", async () => {
    const { editor, click, settled, prompts } = prompting();
    click(1, 1);
    await settled();
    editor.pointLabel.set(0);
    click(4, 3);
    await settled();
    click(5, 1, { altKey: true });
    await settled();

    expect(prompts()).toEqual([point(1, 1), point(4, 3, 0), point(5, 1, 0)]);
  });

  test("adds again once the object is done, dropped, or another is selected", async () => {
    const { editor, click, settled } = prompting({ masks: { a: answer } });
    const ends = [
      () => editor.accept(),
      () => editor.reject(),
      () => editor.selection.set({ kind: "mask", id: "a" }),
    ];
    for (const end of ends) {
      click(1, 1);
      await settled();
      editor.pointLabel.set(0);
      end();
      expect(editor.pointLabel.get()).toBe(1);
    }
  });
});

test("while a point is dragged each answer is shown, and the last one stays", async () => {
  const waiting: (() => void)[] = [];
  const made = bench({
    size_hw: [4, 6],
    tool: "point",
    decode: (prompts) =>
      new Promise((resolve) => {
        const x = prompts[0]?.kind === "point" ? prompts[0].xy[0] : 0;
        const row = "......".split("").map((_, at) => (at < x ? "#" : "."));
        waiting.push(() => resolve(decodedAs(draw(row.join(""), "......", "......", "......"))));
      }),
  });
  const area = () => made.editor.draft.mask?.area_px;
  made.click(1, 1);
  waiting[0]?.();
  await waitFor(() => expect(area()).toBe(1));
  made.drag([1, 1], [3, 1], [5, 1]);

  waiting[1]?.();
  await waitFor(() => expect(area()).toBe(3));
  expect(made.editor.draft.state.get()?.isDecoding).toBe(true);
  for (const answerNow of waiting) answerNow();
  await waitFor(() => expect(area()).toBe(5));
  expect(made.editor.draft.state.get()?.isDecoding).toBe(false);
});

describe("a scribble", () => {
  test("becomes points along it, asked about once", async () => {
    const { editor, drag, settled, prompts, asked } = prompting({ tool: "scribble" });
    editor.pixelsPerScreenPixel = 0.025;
    drag([1, 1], [3, 1], [5, 1]);
    await settled();

    expect(prompts()).toEqual([point(1.5, 1), point(2.5, 1), point(3.5, 1), point(4.5, 1)]);
    expect(asked).toHaveLength(1);
  });

  test("with the right button is beside the object", async () => {
    const { editor, settled, prompts } = prompting({ tool: "scribble" });
    editor.pixelsPerScreenPixel = 1;
    const tool = editor.tool.get();
    const secondary = {
      altKey: false,
      shiftKey: false,
      isSecondary: true,
      pressure: 1,
      time_ms: 0,
    };
    tool.onPointerDown({ at: { x: 1, y: 1 }, ...secondary });
    tool.onPointerMove({ at: { x: 4, y: 1 }, ...secondary });
    tool.onPointerUp({ at: { x: 5, y: 1 }, ...secondary });
    await settled();

    expect(prompts()).toEqual([point(3, 1, 0)]);
  });

  test("is never more than eight points, and a dot is one", async () => {
    const { editor, drag, settled, prompts } = prompting({ tool: "scribble" });
    editor.pixelsPerScreenPixel = 0.001;
    drag([0.5, 0.5], [5.5, 3.5]);
    await settled();
    const long = prompts()?.length;
    editor.draft.clear();
    drag([2, 2]);
    await settled();

    expect(long).toBe(8);
    expect(prompts()).toEqual([point(2, 2)]);
  });

  test("leaves out what lies beside the image", async () => {
    const { editor, drag, settled, prompts } = prompting({ tool: "scribble" });
    editor.pixelsPerScreenPixel = 0.1;
    drag([-6, 1], [6, 1]);
    await settled();

    expect(prompts()).toEqual([point(0, 1), point(4, 1)]);
  });

  test("taken back is taken back whole", async () => {
    const { editor, drag, settled } = prompting({ tool: "scribble" });
    drag([1, 1], [5, 1], [5, 3]);
    await settled();
    editor.undo();

    expect(editor.draft.state.get()).toBeNull();
  });
});

test("places along a line are evenly far apart on it", () => {
  const place = fc.record({
    x: fc.double({ min: 1, max: 99, noNaN: true }),
    y: fc.double({ min: 1, max: 99, noNaN: true }),
  });
  const line = fc.array(place, { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(line, fc.integer({ min: 1, max: 8 }), (points, count) => {
      const places = sampleLine(points, count);
      if (lengthOf(points) < 0.01) return;
      expect(places).toHaveLength(count);
      for (const [index, at] of places.entries()) {
        const wanted = ((index + 0.5) / count) * lengthOf(points);
        expect(reached(points, wanted)).toSatisfy(
          (on: { x: number; y: number }) => Math.hypot(on.x - at.x, on.y - at.y) < 1e-6,
        );
      }
    }),
    { seed: 40, numRuns: 100 },
  );
});

/** The place on a line after so much of its length. */
function reached(points: readonly { x: number; y: number }[], length: number) {
  let left = length;
  let from = points[0] ?? { x: 0, y: 0 };
  for (const to of points.slice(1)) {
    const step = Math.hypot(to.x - from.x, to.y - from.y);
    if (left <= step && step > 0) {
      const share = left / step;
      return { x: from.x + share * (to.x - from.x), y: from.y + share * (to.y - from.y) };
    }
    left -= step;
    from = to;
  }
  return from;
}
