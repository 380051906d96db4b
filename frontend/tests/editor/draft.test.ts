import { beforeEach, describe, expect, test } from "vitest";
import type { Editor } from "@/editor/editor";
import type { Prompt } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";
import { waitFor } from "../wait-for";
import { type Bench, bench, decodedAs } from "./desk";
import { draw } from "./drawings";

const answer = draw("......", "..##..", "..##..", "......");
const point = (x: number): Prompt => ({ kind: "point", xy: [x, 1], label: 1 });

/** What the decoder was asked, and how each question is answered. */
let asked: { prompts: readonly Prompt[]; reply: (decoded: Decoded | null) => void }[];

beforeEach(() => {
  asked = [];
});

function start(setting: Parameters<typeof bench>[0] = {}): Bench {
  return bench({
    ...{ size_hw: [4, 6], tool: "point" },
    decode: (prompts) => new Promise((reply) => asked.push({ prompts, reply })),
    ...setting,
  });
}

const prompts = ({ draft }: Editor) => draft.state.get()?.prompts;

async function click({ editor }: Bench, x: number): Promise<void> {
  editor.prompt([point(x)], 0);
  await answered(editor);
}

async function answered(editor: Editor): Promise<void> {
  asked.at(-1)?.reply(decodedAs(answer));
  await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));
}

describe("redo", () => {
  test("brings back the prompts that were taken back, with the answers that they had", async () => {
    const made = start();
    const { editor } = made;
    await click(made, 1);
    await click(made, 3);
    const whole = editor.draft.state.get();
    editor.undo();
    editor.undo();
    expect(editor.draft.state.get()).toBeNull();

    editor.redo();
    expect(prompts(editor)).toEqual([point(1)]);
    editor.redo();

    expect(editor.draft.state.get()).toBe(whole);
    expect(asked).toHaveLength(2);
    editor.undo();
    expect(prompts(editor)).toEqual([point(1)]);
  });

  test("has nothing of a draft any more once another prompt is given", async () => {
    const made = start();
    await click(made, 1);
    await click(made, 3);
    made.editor.undo();
    await click(made, 5);
    made.editor.redo();

    expect(prompts(made.editor)).toEqual([point(1), point(5)]);
    expect(made.editor.draft.canRedo).toBe(false);
  });

  test("has nothing of a draft that was accepted or dropped, nor once something else was done", async () => {
    const made = start({ masks: { a: answer } });
    const { editor } = made;
    const ends = [
      () => editor.accept(),
      () => editor.reject(),
      () => editor.commit([{ kind: "revise", mask: "a", label: 4 }]),
    ];
    for (const end of ends) {
      await click(made, 1);
      await click(made, 3);
      editor.undo();
      end();
      expect(editor.draft.canRedo).toBe(false);
      editor.draft.clear();
    }
  });

  test("goes forward as undo went back: what was undone last comes first", async () => {
    const made = start({ masks: { a: answer } });
    const { editor } = made;
    const label = () => editor.annotations.get().masks.get("a")?.label;
    editor.commit([{ kind: "revise", mask: "a", label: 4 }]);
    await click(made, 1);
    for (let step = 0; step < 2; step += 1) editor.undo();
    expect([label(), prompts(editor)]).toEqual([null, undefined]);

    editor.redo();
    expect([label(), prompts(editor)]).toEqual([4, undefined]);
    editor.redo();

    expect([label(), prompts(editor)]).toEqual([4, [point(1)]]);
  });

  test("of a draft on a mask that others deleted since comes to nothing", async () => {
    const made = start({ masks: { a: answer }, selected: "a" });
    const { editor } = made;
    await click(made, 1);
    editor.undo();
    editor.store.rebase(
      [{ id: "o", kind: "delete", mask: "a", author: "grace", image_version: 1 }],
      [],
    );
    editor.redo();

    expect(editor.draft.state.get()).toBeNull();
  });
});

describe("a prompt whose answer was never seen", () => {
  test("is asked for again when undo comes back to it", async () => {
    const { editor } = start();
    editor.prompt([point(1)], 0);
    editor.prompt([point(3)], 0);
    editor.undo();
    await answered(editor);

    expect(asked.map(({ prompts: of }) => of.length)).toEqual([1, 2, 1]);
    expect(editor.draft.mask?.area_px).toBe(4);
  });

  test("on a mask is followed by another one with the mask's own logits", async () => {
    const seen: (Float32Array | null)[] = [];
    const { editor } = start({
      ...{ masks: { a: answer }, selected: "a" },
      decode: (_, previous) => {
        seen.push(previous);
        return new Promise(() => undefined);
      },
    });
    editor.prompt([point(1)], 0);
    editor.prompt([point(3)], 0);

    expect(seen[0]).not.toBeNull();
    expect(seen[1]).toBe(seen[0]);
  });
});

test("a press that a pinch made void is not for redo", async () => {
  const made = start();
  const { editor } = made;
  await click(made, 1);
  editor.tool.get().onPointerDown({
    ...{ at: { x: 4, y: 3 }, altKey: false, shiftKey: false, isSecondary: false },
    ...{ pressure: 1, time_ms: 0 },
  });
  editor.tool.get().dropPress?.();

  expect(prompts(editor)).toEqual([point(1)]);
  expect(editor.draft.canRedo).toBe(false);
});

describe("an answer that can be looked at closer", () => {
  const finer = draw("......", "..#...", "......", "......");
  const closerAs = (found: Decoded | null): Decoded => ({
    ...decodedAs(answer),
    closer: async () => found,
  });

  test("is shown at once, and then as it is seen closer", async () => {
    const { editor } = start();
    const shown: (number | undefined)[] = [];
    editor.draft.state.subscribe(() => shown.push(editor.draft.mask?.area_px));

    editor.prompt([point(3)], 0);
    asked.at(-1)?.reply(closerAs(decodedAs(finer)));
    await waitFor(() => expect(editor.draft.mask?.area_px).toBe(finer.area_px));

    expect(shown.filter((area_px) => area_px !== undefined)).toEqual([
      answer.area_px,
      finer.area_px,
    ]);
    expect(prompts(editor)).toEqual([point(3)]);
  });

  test("stays where that shows nothing better", async () => {
    const { editor } = start();

    editor.prompt([point(3)], 0);
    asked.at(-1)?.reply(closerAs(null));
    await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));

    expect(editor.draft.mask?.area_px).toBe(answer.area_px);
  });

  test("gives way to a prompt that came meanwhile", async () => {
    const { editor } = start();
    let look: (found: Decoded) => void = () => undefined;
    const closer = () => new Promise<Decoded>((resolve) => (look = resolve));
    editor.prompt([point(3)], 0);
    asked.at(-1)?.reply({ ...decodedAs(answer), closer });
    await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));

    editor.prompt([point(2)], 0);
    look(decodedAs(finer));
    await answered(editor);

    expect(editor.draft.mask?.area_px).toBe(answer.area_px);
    expect(prompts(editor)).toEqual([point(3), point(2)]);
  });
});
