import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { DecodePrompts } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import { keepHabits } from "@/editor/habits";
import type { Prompt } from "@/editor/operations";
import { OutboxDatabase } from "@/editor/outbox-db";
import { keepUnfinished, restoreUnfinished, type Unfinished } from "@/editor/unfinished";
import { waitFor } from "../wait-for";
import { type Bench, bench, decodedAs, type Setting } from "./desk";
import { draw } from "./drawings";
import { at } from "./pointer";

const MASK = draw("........", "..####..", "..####..", "........", "........");
const point = (x: number, y: number, label: 0 | 1 = 1): Prompt => ({
  kind: "point",
  xy: [x, y],
  label,
});
const WHOSE = [7, 40] as const;

let db: OutboxDatabase;
let rest: (() => void) | null; // what waits for the hand to rest
let asked: Parameters<DecodePrompts>[];

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await OutboxDatabase.open();
  rest = null;
  asked = [];
});

/** A page on the image: it takes up what was left, and keeps what is unfinished. */
async function openPage(setting: Setting = {}) {
  const made = bench({
    size_hw: [5, 8],
    decode: async (...question) => {
      asked.push(question);
      return decodedAs(MASK);
    },
    ...setting,
  });
  const begun = await db.unfinished(...WHOSE);
  if (begun !== null) restoreUnfinished(made.editor, begun);
  const puts: (Unfinished | null)[] = [];
  const stop = keepUnfinished(
    made.editor,
    begun,
    (task) => {
      rest = task;
      return () => {
        if (rest === task) rest = null;
      };
    },
    (now) => {
      puts.push(now);
      void db.rememberUnfinished(WHOSE, now);
    },
  );
  return { ...made, puts, stop };
}

function takeRest(): void {
  const task = rest;
  rest = null;
  task?.();
}

async function prompt({ editor }: Bench, ...prompts: Prompt[]): Promise<void> {
  for (const each of prompts) {
    editor.prompt([each], 0);
    await answered(editor);
  }
}

const answered = (editor: Editor): Promise<void> =>
  waitFor(() => expect(editor.draft.state.get()?.isDecoding).not.toBe(true));

const kept = () => db.unfinished(...WHOSE);

describe("a draft", () => {
  test("is there after a crash; its prompts are asked about at once, and undone one by one", async () => {
    const first = await openPage();
    await prompt(first, point(3, 2), point(7, 4, 0));
    takeRest();
    asked = [];

    const { editor } = await openPage();
    await answered(editor);
    expect(asked).toEqual([[[point(3, 2), point(7, 4, 0)], null]]);
    expect(editor.draft.mask?.area_px).toBe(MASK.area_px);
    editor.undo();
    await answered(editor);

    expect(editor.draft.state.get()?.prompts).toEqual([point(3, 2)]);
    expect(editor.draft.mask?.area_px).toBe(MASK.area_px);
    editor.redo();
    expect(editor.draft.state.get()?.prompts).toHaveLength(2);
    editor.accept();
    expect(editor.annotations.get().masks.size).toBe(1);
  });

  test("of a mask begins with its logits, and is dropped without a word if that is gone", async () => {
    const first = await openPage({ masks: { a: MASK }, selected: "a" });
    await prompt(first, point(3, 2));
    takeRest();
    asked = [];

    const second = await openPage({ masks: { a: MASK } });
    await answered(second.editor);
    expect(asked[0]?.[1]).toBeInstanceOf(Float32Array);
    expect(second.editor.target).toEqual({ kind: "mask", id: "a" });
    const third = await openPage();
    takeRest();

    expect(third.editor.draft.state.get()).toBeNull();
    expect(await kept()).toBeNull();
  });

  test("of an ambiguous point is the one that was picked", async () => {
    const [one, two, three] = ["#.......", "##......", "###....."].map((row) =>
      decodedAs(draw(row, "........", "........", "........", "........")),
    );
    if (!one || !two || !three) throw new Error("no masks");
    const ambiguous = {
      ...{ ...one, mask: { ...one.mask, token: 1 as const } },
      others: Promise.resolve([
        { ...two.mask, token: 2 as const },
        { ...three.mask, token: 3 as const },
      ]),
    };
    const first = await openPage({ decode: async () => ambiguous });
    await prompt(first, point(1, 1));
    await waitFor(() => expect(first.editor.isAmbiguous).toBe(true));
    first.editor.choose(2);
    takeRest();

    const { editor } = await openPage({ decode: async () => ambiguous });
    await waitFor(() => expect(editor.isAmbiguous).toBe(true));

    expect(editor.draft.state.get()).toMatchObject({
      chosen: 2,
      taken: { hypothesis: 2, picked: true },
    });
  });

  test("without a model keeps its points, here and for the next page", async () => {
    const first = await openPage();
    await prompt(first, point(3, 2));
    takeRest();
    const told = vi.fn();
    const decode = () => Promise.reject(new Error("No model is serving yet."));

    const { editor } = await openPage({ decode, onError: told });
    await waitFor(() => expect(told).toHaveBeenCalledOnce());
    takeRest();

    expect(editor.draft.state.get()?.prompts).toEqual([point(3, 2)]);
    expect(editor.draft.mask).toBeNull();
    expect(await kept()).toMatchObject({ draft: { prompts: [point(3, 2)] } });
  });

  test.each([
    ["accepted", (editor: Editor) => editor.accept()],
    ["dropped", (editor: Editor) => editor.reject()],
    ["taken back", (editor: Editor) => editor.undo()],
  ])("that was %s is forgotten", async (_, end) => {
    const page = await openPage();
    await prompt(page, point(3, 2));
    takeRest();
    expect(await kept()).not.toBeNull();
    end(page.editor);
    takeRest();

    expect(await kept()).toBeNull();
  });

  test("is kept once a drag has ended, not during it, and only where it changed", async () => {
    const page = await openPage();
    await prompt(page, point(3, 2));
    takeRest();
    const tool = page.editor.tool.get();
    tool.onPointerDown(at(3, 2));
    tool.onPointerMove(at(4, 3));
    await answered(page.editor);
    takeRest();
    expect(page.puts).toHaveLength(1);
    tool.onPointerUp(at(5, 3));
    takeRest(); // it waited for that

    expect(page.puts.at(-1)?.draft?.prompts).toEqual([point(5, 3)]);
    await answered(page.editor);
    takeRest();
    expect(page.puts).toHaveLength(2);
  });

  test("is kept when the page is left at once", async () => {
    const page = await openPage();
    page.editor.prompt([point(3, 2)], 0);
    page.stop();

    expect(rest).toBeNull();
    expect(await kept()).toMatchObject({ draft: { prompts: [point(3, 2)] } });
  });
});

describe("a polygon that is not closed", () => {
  const corners = [
    { x: 1, y: 1 },
    { x: 6, y: 1 },
    { x: 6, y: 4 },
  ];

  test("goes on after a crash with its tool and its mask, whatever tool is taken at first", async () => {
    const masks = { masks: { a: MASK, b: MASK } };
    const first = await openPage({ ...masks, tool: "polygon", selected: "b" });
    for (const { x, y } of corners) first.click(x, y, { altKey: true, time_ms: x + 1000 * y });
    takeRest();

    const second = await openPage(masks);
    keepHabits(second.editor, { getItem: () => null, setItem: () => undefined });
    expect(second.editor.tool.get().name).toBe("polygon");
    expect(second.editor.openLine.get()).toEqual({ corners, value: 0 });
    expect(second.editor.sketch.get()?.lines).toHaveLength(1);
    second.click(1, 4, { time_ms: 9000 });
    second.editor.accept();

    expect(Object.keys(second.drawn())).toEqual(["a"]); // it took all of the selected one away
  });

  test("is kept corner by corner, none of which is in hand still", async () => {
    const page = await openPage({ tool: "polygon" });
    const tool = page.editor.tool.get();
    for (const { x, y } of corners) {
      tool.onPointerDown(at(x + 0.5, y, { time_ms: 1000 * (x + y) }));
      takeRest();
      tool.onPointerMove(at(x, y));
      tool.onPointerUp(at(x, y));
      takeRest();
    }

    expect(page.puts.map((now) => now?.line?.corners)).toEqual([
      corners.slice(0, 1),
      corners.slice(0, 2),
      corners,
    ]);
  });

  test.each([
    ["closed", (editor: Editor) => editor.accept()],
    ["dropped", (editor: Editor) => editor.cancel()],
  ])("that was %s is forgotten", async (_, end) => {
    const page = await openPage({ tool: "polygon" });
    for (const { x, y } of corners) page.click(x, y, { time_ms: 1000 * (x + y) });
    takeRest();
    end(page.editor);
    takeRest();

    expect(await kept()).toBeNull();
  });
});

describe("a comment that is not sent", () => {
  const masks = { masks: { a: MASK } };

  /** Something is written on the mask in one page; then that is gone. */
  async function write(then: (editor: Editor) => void = () => undefined) {
    const { editor } = await openPage(masks);
    const place = { kind: "mask", id: "a" } as const;
    editor.commenting.set(place);
    editor.unsent.writeComment("Too", place);
    editor.unsent.writeComment("Too small.", place);
    then(editor);
    takeRest();
    return editor;
  }

  test("is open again with its text and its mask, and is sent by the same id", async () => {
    const before = await write();

    const { editor } = await openPage(masks);

    expect(editor.commenting.get()).toEqual({ kind: "mask", id: "a" });
    expect(editor.unsent.comment.get()?.text).toBe("Too small.");
    expect(editor.unsent.comment.get()).toEqual(before.unsent.comment.get());
  });

  test("is one on the whole image where its mask is gone", async () => {
    await write();

    const { editor } = await openPage();

    expect(editor.commenting.get()).toEqual({ kind: "image" });
    expect(editor.unsent.comment.get()?.text).toBe("Too small.");
  });

  test("whose field was closed is there when the next one is opened", async () => {
    await write((editor) => editor.cancel());

    const { editor } = await openPage(masks);

    expect(editor.commenting.get()).toBeNull();
    const place = { kind: "mask", id: "a" };
    expect(editor.unsent.comment.get()).toMatchObject({ text: "Too small.", place });
  });

  test("whose field was closed is on the image where an older page kept it", async () => {
    const { editor } = bench({ size_hw: [5, 8] });
    const older = { draft: null, line: null, selection: null, message: "" };
    restoreUnfinished(editor, { ...older, comment: { id: "c", text: "Too small.", place: null } });

    expect(editor.commenting.get()).toBeNull();
    expect(editor.unsent.comment.get()?.place).toEqual({ kind: "image" });
  });

  test.each(["sent", "emptied"])("that was %s is forgotten", async (how) => {
    await write();
    const { editor } = await openPage(masks);
    if (how === "sent") editor.unsent.comment.set(null);
    else editor.unsent.writeComment("", { kind: "image" });
    takeRest();

    expect(await kept()).toBeNull();
  });

  test("does not take the place of what a tab has that waited for its turn", async () => {
    await write();
    const left = await kept();
    const { editor } = bench({ size_hw: [5, 8] });
    editor.unsent.writeComment("Mine.", { kind: "image" });
    if (left !== null) restoreUnfinished(editor, left);

    expect(editor.unsent.comment.get()?.text).toBe("Mine.");
    expect(editor.commenting.get()).toBeNull();
  });
});

describe("an answer that is not sent", () => {
  test("is there again below its comment, and is sent by the same id", async () => {
    const first = await openPage();
    first.editor.unsent.writeAnswer("one", "Two,");
    first.editor.unsent.writeAnswer("other", "Yes.");
    first.editor.unsent.writeAnswer("one", "Two, I think.");
    takeRest();

    const { editor } = await openPage();

    expect(editor.unsent.answers.get()).toEqual(first.editor.unsent.answers.get());
    expect(editor.unsent.answers.get()).toMatchObject([
      { answers: "other", text: "Yes." },
      { answers: "one", text: "Two, I think." },
    ]);
  });

  test("is forgotten once it was sent or emptied", async () => {
    const first = await openPage();
    first.editor.unsent.writeAnswer("one", "Two, I think.");
    takeRest();
    const { editor } = await openPage();
    editor.unsent.writeAnswer("one", "");
    takeRest();

    expect(await kept()).toBeNull();
  });

  test("is an orphan once its comment was withdrawn", () => {
    const { editor } = bench({ size_hw: [5, 8] });
    editor.unsent.writeAnswer("one", "Two, I think.");
    editor.unsent.writeAnswer("other", "Yes.");

    const orphans = editor.unsent.orphans([{ id: "one" }, { id: "third" }]);

    expect(orphans).toMatchObject([{ answers: "other", text: "Yes." }]);
  });

  test("is none where an older page kept what is unfinished", async () => {
    const { editor } = bench({ size_hw: [5, 8] });
    const older = { draft: null, line: null, selection: null, comment: null };
    restoreUnfinished(editor, { ...older, message: "The spoon is missing." });

    expect(editor.unsent.answers.get()).toEqual([]);
    expect(editor.unsent.message.get()).toBe("The spoon is missing.");
  });
});

test("the captions of masks that were being written are there after a crash", async () => {
  const first = await openPage();
  first.editor.unsent.writeCaption("cup", "A red c");
  first.editor.unsent.writeCaption("spoon", "Silver");
  first.editor.unsent.writeCaption("spoon", null);
  takeRest();

  const { editor } = await openPage();

  expect(editor.unsent.captions.get()).toEqual({ cup: "A red c" });
});

test("what was said of a mask is still awaited after a crash", async () => {
  const first = await openPage();
  first.editor.unsent.noteSpoken("cup", { kind: "awaited", recording: "take" });
  takeRest();

  const { editor } = await openPage();

  expect(editor.unsent.spoken.get()).toEqual({ cup: { kind: "awaited", recording: "take" } });
});

test("what a reviewer wrote of a return is there after a crash", async () => {
  const first = await openPage();
  first.editor.unsent.message.set("The spoon is missing.");
  takeRest();

  const { editor } = await openPage();

  expect(editor.unsent.message.get()).toBe("The spoon is missing.");
});

test("each person and each image has their own", async () => {
  const page = await openPage();
  await prompt(page, point(3, 2));
  takeRest();

  expect(await db.unfinished(WHOSE[0] + 1, WHOSE[1])).toBeNull();
  expect(await db.unfinished(WHOSE[0], WHOSE[1] + 1)).toBeNull();
  expect(await kept()).not.toBeNull();
});
