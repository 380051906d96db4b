import { describe, expect, test } from "vitest";
import { type ChangedKeys, commandFor, whyNot } from "@/commands/command";
import { maskFromRuns, maskToRLE } from "@/editor/mask";
import { HIDE } from "@/pages/annotate/view-commands";
import { decisionsOf, type Marks, nextMark } from "@/pages/verify/marks";
import { overallStatus } from "@/pages/verify/overall-status";
import type { VerifyItem } from "@/pages/verify/verdict-operations";
import {
  gridCommands,
  oneByOneCommands,
  undoCommand,
  VERDICTS,
  type VerifyPage,
} from "@/pages/verify/verify-commands";

/** What a key does, in words. */
const done = (chord: string): string => doneBy(new Map(), chord);

function doneBy(changed: ChangedKeys, chord: string): string {
  let words = "nothing";
  const say = (next: string) => {
    words = next;
  };
  const page: VerifyPage = {
    labels: [7, 9].map((id) => ({ id, name: `label ${id}`, color: "#000" })),
    decide: say,
    setLabel: (label) => say(`label ${label}`),
    toggleOutline: () => say("outline"),
    hasAttributes: () => true,
    editAttributes: () => say("attributes"),
  };
  commandFor(oneByOneCommands(page), changed, chord)?.run();
  return words;
}

describe("the keys of verifying", () => {
  test("are the ones that the buttons show", () => {
    expect(VERDICTS.map(({ key }) => done(key))).toEqual(VERDICTS.map(({ verdict }) => verdict));
    expect(done("H")).toBe("outline");
    expect(done("U")).toBe("attributes");
  });

  test("accept and reject as in the editor, too", () => {
    expect([done("A"), done("X")]).toEqual(["accepted", "rejected"]);
  });

  test("hide the mask by the key that hides masks in the editor, also once it is changed", () => {
    const changed = new Map([[HIDE.id, "Shift+V"]]);

    expect(["Shift+V", "H"].map((key) => doneBy(changed, key))).toEqual(["outline", "nothing"]);
  });

  test("name the proposal by digit, as far as there are labels", () => {
    expect(["1", "2", "3", "0"].map(done)).toEqual(["label 7", "label 9", "nothing", "label null"]);
  });

  test("take a verdict back, or say that there is none", () => {
    let undone = 0;
    const undo = () => {
      undone += 1;
    };
    commandFor([undoCommand({ canUndo: true, undo })], new Map(), "Ctrl+Z")?.run();

    expect(undone).toBe(1);
    expect(whyNot(undoCommand({ canUndo: false, undo }))).toBe("There is no verdict to undo.");
  });

  test("leave the browser's own to the browser", () => {
    expect(["Ctrl+A", "Ctrl+R", "Ctrl+W", "Ctrl+S"].map(done)).toEqual(Array(4).fill("nothing"));
  });

  test("decide the whole grid by Enter, once for a key held down", () => {
    const none = () => undefined;
    const commands = gridCommands({
      ...{ labels: [], decide: none, setLabel: none },
    });
    const rest = commandFor(commands, new Map(), "Enter");

    expect(rest?.isOnce).toBe(true);
  });
});

test("in a grid only what was clicked is not accepted", () => {
  const [a, b, c] = [crop("a", [16, 1]), crop("b", [16, 1]), crop("c", [16, 1])];
  let marks: Marks = new Map();

  for (const item of [b, c, c, a, a, a]) marks = nextMark(item, marks);

  expect(decisionsOf([a, b, c], marks).map(({ verdict }) => verdict)).toEqual([
    "accepted",
    "rejected",
    "needs_work",
  ]);
});

test("in a grid what covers most of the image is accepted only by a click", () => {
  const item = crop("a", [3, 14]);
  const verdicts = [];
  let marks: Marks = new Map();
  for (let clicks = 0; clicks <= 4; clicks += 1) {
    verdicts.push(decisionsOf([item], marks)[0]?.verdict);
    marks = nextMark(item, marks);
  }

  expect(verdicts).toEqual(["not_sure", "accepted", "rejected", "needs_work", "not_sure"]);
});

/** A proposal of so many background and mask pixels, on an image of 17. */
function crop(id: string, [before, inside]: [number, number]): VerifyItem {
  const mask = maskFromRuns([1, 17], Uint32Array.of(before, inside));
  const image = { width: 17, height: 1 };
  return { proposal: { id, rle: maskToRLE(mask) }, image } as unknown as VerifyItem;
}

test("the page says saved only when every image is", () => {
  const saved = { state: "saved", hindrance: "none", waiting: 0, refused: [] } as const;

  expect(overallStatus([])).toEqual(saved);
  expect(
    overallStatus([saved, { ...saved, state: "device", hindrance: "offline", waiting: 2 }]),
  ).toEqual({ ...saved, state: "device", hindrance: "offline", waiting: 2 });
});
