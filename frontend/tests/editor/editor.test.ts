import { beforeEach, describe, expect, test } from "vitest";
import type { DecodePrompts } from "@/editor/draft";
import { Editor } from "@/editor/editor";
import { EffortMeter } from "@/editor/effort";
import { contains, maskFromRLE, maskToRLE, runsOf } from "@/editor/mask";
import { subtract } from "@/editor/mask-sets";
import { type Operation, type Prompt, type ProposalRow, sureness } from "@/editor/operations";
import { liveMasks, pendingProposals } from "@/editor/picking";
import type { RLE } from "@/editor/rle";
import type { Decoded } from "@/editor/sam";
import type { SamMask } from "@/editor/sam.messages";
import { AnnotationStore } from "@/editor/store";
import { waitFor } from "../wait-for";
import { annotationsOf, maskRow, proposalRow, SIZE_HW, square } from "./annotations";

let saved: Operation[][];
let decoded: { prompts: readonly Prompt[]; previous: Float32Array | null }[];
let answer: Decoded;

const samMask = (token: SamMask["token"], rle: RLE): SamMask => ({
  token,
  runs: runsOf(maskFromRLE(rle)),
  predicted_iou: 0.9 - token / 10,
  logits: new Float32Array(65_536),
});
const timings = { decoder_ms: 1, upscale_ms: 1 };
const one: Decoded = {
  bundle: "b1",
  mask: samMask(0, square(4, 4, 6)),
  others: Promise.resolve([]),
  timings,
};
const three: Decoded = {
  bundle: "b1",
  mask: samMask(2, square(4, 4, 6)),
  others: Promise.resolve([samMask(3, square(2, 2, 10)), samMask(1, square(6, 6, 2))]),
  timings,
};

beforeEach(() => {
  saved = [];
  decoded = [];
  answer = one;
});

function start(decode?: DecodePrompts): Editor {
  const masks = [maskRow("big", square(0, 0, 12)), maskRow("part", square(2, 2, 3), { label: 3 })];
  const proposals = [
    proposalRow("p1", square(16, 2, 4), 0.95),
    proposalRow("p2", square(22, 2, 4), 0.9),
    proposalRow("p3", square(22, 12, 4), 0.6),
  ];
  return new Editor({
    size_hw: SIZE_HW,
    store: new AnnotationStore(annotationsOf(masks, proposals), "ada"),
    meter: new EffortMeter(() => 0),
    decode:
      decode ??
      (async (prompts, previous) => {
        decoded.push({ prompts, previous });
        return answer;
      }),
    schedule: () => () => undefined,
    save: (operations) => saved.push([...operations]),
    onError: (error) => {
      throw error;
    },
  });
}

const point = (x: number, y: number, label: 0 | 1 = 1): Prompt => ({
  kind: "point",
  xy: [x, y],
  label,
});

async function click(editor: Editor, prompt: Prompt): Promise<void> {
  editor.prompt([prompt], 0);
  await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));
}

const sure = (editor: Editor, threshold: number): ProposalRow[] =>
  pendingProposals(editor.annotations.get()).filter((row) => sureness(row) >= threshold);

describe("a draft", () => {
  test("becomes a mask with its prompts when it is accepted, and room is made for the next", async () => {
    const editor = start();
    editor.setLabel(7);
    await click(editor, point(5, 5));
    await click(editor, point(9, 9, 0));

    editor.accept();

    expect(saved).toHaveLength(1);
    expect(saved[0]).toMatchObject([
      { kind: "create", label: 7, rle: square(4, 4, 6), effort: { prompts: [{}, {}] } },
    ]);
    expect(editor.draft.state.get()).toBeNull();
    expect(editor.selection.get()).toBeNull();
  });

  test("feeds the logits of its last answer back", async () => {
    const editor = start();
    await click(editor, point(5, 5));
    await click(editor, point(9, 9, 0));

    expect(decoded[0]?.previous).toBeNull();
    expect(decoded[1]?.previous).toBe(one.mask.logits);
  });

  test("of an ambiguous point has three hypotheses in the decoder's order, the best one shown", async () => {
    const editor = start();
    answer = three;
    await click(editor, point(5, 5));
    await waitFor(() => expect(editor.isAmbiguous).toBe(true));
    const shown = editor.draft.state.get();

    editor.choose(2);
    editor.accept();

    expect(shown?.hypotheses.map(({ token }) => token)).toEqual([1, 2, 3]);
    expect(shown?.chosen).toBe(1);
    expect(saved[0]).toMatchObject([
      { rle: square(2, 2, 10), effort: { hypothesis: 2, picked: true } },
    ]);
  });

  test("tells the hypothesis that was shown from one that the person chose", async () => {
    const editor = start();
    answer = three;
    for (const chooses of [false, true]) {
      await click(editor, point(5, 5));
      await waitFor(() => expect(editor.isAmbiguous).toBe(true));
      if (chooses) editor.choose(1); // the one that is shown
      editor.accept();
    }

    expect(saved.map(([made]) => made?.kind === "create" && made.effort)).toMatchObject([
      { bundle: "b1", hypothesis: 1 },
      { bundle: "b1", hypothesis: 1, picked: true },
    ]);
    expect(saved[0]?.[0]).not.toHaveProperty("effort.picked");
  });

  test("tells which bundle gave the answer that was kept, and none where none was asked", async () => {
    const editor = start();
    await click(editor, point(5, 5));
    answer = { ...one, bundle: "b2" };
    await click(editor, point(9, 9, 0));
    editor.accept();
    editor.reshape({ kind: "mask", id: "big" }, () => maskFromRLE(square(0, 0, 3)));

    expect(saved[0]).toMatchObject([{ kind: "create", effort: { bundle: "b2" } }]);
    expect(saved[1]).toMatchObject([{ kind: "revise", mask: "big" }]);
    expect(saved[1]?.[0]).not.toHaveProperty("effort.bundle");
  });

  test("of three answers that are nearly one asks nothing", async () => {
    const editor = start();
    const less = maskToRLE(subtract(maskFromRLE(square(4, 4, 6)), maskFromRLE(square(4, 4, 1))));
    const others = Promise.resolve([samMask(3, square(4, 4, 6)), samMask(1, less)]);
    answer = { ...three, others };
    await click(editor, point(5, 5));
    await others;
    await Promise.resolve();
    editor.accept();

    expect(editor.isAmbiguous).toBe(false);
    expect(saved[0]?.[0]).not.toHaveProperty("effort.hypothesis");
  });

  test("is taken back prompt by prompt, before anything that was saved", async () => {
    const editor = start();
    editor.setLabel(1);
    await click(editor, point(5, 5));
    await click(editor, point(9, 9));

    editor.undo();
    const afterOne = editor.draft.state.get()?.prompts.length;
    editor.undo();

    expect(afterOne).toBe(1);
    expect(editor.draft.state.get()).toBeNull();
    expect(saved).toEqual([]);
  });

  test("is not overwritten by an answer that a newer click overtook", async () => {
    const waiting: ((decoded: Decoded | null) => void)[] = [];
    const editor = start(() => new Promise((resolve) => waiting.push(resolve)));
    editor.prompt([point(5, 5)], 0);
    editor.prompt([point(6, 6)], 1);

    waiting[0]?.({ ...one, mask: samMask(0, square(0, 0, 1)) });
    waiting[1]?.(one);
    await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));

    expect(editor.draft.mask?.area_px).toBe(36);
  });

  test("that begins on a selected mask corrects it, from what it looks like", async () => {
    const editor = start();
    editor.selection.set({ kind: "mask", id: "part" });
    await click(editor, point(4, 4));

    editor.accept();

    expect(decoded[0]?.previous?.some((logit) => logit > 0)).toBe(true);
    expect(saved[0]).toMatchObject([{ kind: "revise", mask: "part", rle: square(4, 4, 6) }]);
  });

  test("that is answered by something else than the selected mask is another object", async () => {
    const editor = start();
    editor.selection.set({ kind: "mask", id: "part" });
    await click(editor, point(8, 8)); // outside it; one pixel of it is in the answer

    const { selection } = editor;
    expect(selection.get()).toBeNull();
    editor.accept();

    expect(saved[0]).toMatchObject([{ kind: "create", rle: square(4, 4, 6) }]);
    expect(editor.annotations.get().masks.get("part")?.rle).toEqual(square(2, 2, 3));
  });

  test("that begins on a selected proposal is its correction", async () => {
    const editor = start();
    editor.selection.set({ kind: "proposal", id: "p1" });
    await click(editor, point(17, 3));

    editor.accept();

    expect(saved[0]).toMatchObject([{ kind: "create", proposal: "p1", rle: square(4, 4, 6) }]);
    expect(editor.annotations.get().proposals.get("p1")?.state).toBe("accepted");
  });
});

describe("verdicts", () => {
  test("go through the proposals in turn, the surest first", () => {
    const editor = start();
    editor.selectProposal(1);
    editor.accept();
    editor.reject();

    expect(saved).toMatchObject([
      [{ kind: "verdict", proposal: "p1", verdict: "accepted" }],
      [{ kind: "verdict", proposal: "p2", verdict: "rejected" }],
    ]);
    expect(editor.selection.get()).toEqual({ kind: "proposal", id: "p3" });
  });

  test("mean the proposal under the pointer when nothing is selected", () => {
    const editor = start();
    editor.pointAt({ x: 23, y: 13 });

    editor.reject();

    expect(saved).toMatchObject([[{ kind: "verdict", proposal: "p3", verdict: "rejected" }]]);
  });

  test("many at once are one step, which one undo takes back", () => {
    const editor = start();
    editor.acceptAll(sure(editor, 0.9));
    const accepted = liveMasks(editor.annotations.get()).length;

    editor.undo();

    expect(accepted).toBe(4);
    expect(saved[0]).toHaveLength(2);
    expect(liveMasks(editor.annotations.get())).toHaveLength(2);
    expect(editor.annotations.get().proposals.get("p1")?.state).toBe("pending");
  });
});

describe("strokes", () => {
  const stroke = (x: number, y: number, value: 0 | 1) => ({
    points: [{ x, y }],
    radius_px: 2,
    value,
  });

  test("make a new mask when nothing is selected, and the next stroke goes on with it", () => {
    const editor = start();
    editor.desk.finishStroke(stroke(25, 15, 1));
    editor.desk.finishStroke(stroke(20, 15, 1));

    const [created] = saved[0] ?? [];
    const mask = created?.kind === "create" ? created.mask : "";
    expect(saved).toMatchObject([[{ kind: "create" }], [{ kind: "revise", mask }]]);
    expect(saved[1]?.[0]).toMatchObject({ effort: { strokes: 1 } });
  });

  test("erase from the object under their beginning, the smallest one", () => {
    const editor = start();
    editor.desk.finishStroke(stroke(2.5, 2.5, 0));

    expect(saved).toMatchObject([[{ kind: "revise", mask: "part" }]]);
    const row = editor.annotations.get().masks.get("part");
    expect(row && contains(maskFromRLE(row.rle), { x: 2.5, y: 2.5 })).toBe(false);
  });

  test("that erase all of a mask delete it", () => {
    const editor = start();
    editor.selection.set({ kind: "mask", id: "part" });
    editor.desk.finishStroke({ ...stroke(3, 3, 0), radius_px: 9 });

    expect(saved).toMatchObject([[{ kind: "delete", mask: "part" }]]);
  });

  test("that change nothing save nothing", () => {
    const editor = start();
    editor.selection.set({ kind: "mask", id: "big" });
    editor.desk.finishStroke(stroke(5, 5, 1));

    expect(saved).toEqual([]);
  });

  test("on a draft finish it as painted", async () => {
    const editor = start();
    await click(editor, point(5, 5));
    editor.desk.finishStroke(stroke(12, 7, 1));

    expect(saved).toMatchObject([[{ kind: "create", effort: { prompts: [{}], strokes: 1 } }]]);
    expect(editor.draft.state.get()).toBeNull();
  });
});

test("a label goes to the selected mask, or waits for the next one", () => {
  const editor = start();
  editor.setLabel(5);
  editor.selection.set({ kind: "mask", id: "big" });
  editor.setLabel(6);

  expect(saved).toMatchObject([[{ kind: "revise", mask: "big", label: 6 }]]);
});

test("a click selects the smallest object, so that parts can be reached; hidden ones cannot", () => {
  const editor = start();
  editor.selectAt({ x: 3, y: 3 });
  const first = editor.selection.get();
  editor.setHidden("part", true);
  editor.selectAt({ x: 3, y: 3 });

  expect(first).toEqual({ kind: "mask", id: "part" });
  expect(editor.selection.get()).toEqual({ kind: "mask", id: "big" });
});

test("every gesture that changes something is saved at its end", () => {
  const editor = start();
  const gestures = [
    () => editor.desk.finishStroke({ points: [{ x: 25, y: 15 }], radius_px: 2, value: 1 }),
    () => editor.setLabel(2),
    () => editor.remove(),
    () => editor.undo(),
    () => editor.redo(),
    () => editor.acceptAll(sure(editor, 0.9)),
  ];

  for (const gesture of gestures) gesture();

  expect(saved.map((operations) => operations.length)).toEqual([1, 1, 1, 1, 1, 2]);
});

test("an image that others save is only looked at", async () => {
  const editor = start();
  editor.isReadOnly.set(true);
  editor.prompt([point(5, 5)], 0);
  editor.desk.finishStroke({ points: [{ x: 5, y: 5 }], radius_px: 3, value: 1 });
  editor.selectProposal(1);
  editor.accept();
  editor.reject();
  editor.acceptAll(sure(editor, 0.1));
  editor.selection.set({ kind: "mask", id: "big" });
  editor.setLabel(2);
  editor.remove();
  editor.undo();

  expect(saved).toEqual([]);
  expect(editor.draft.state.get()).toBeNull();
});
