import { describe, expect, test } from "vitest";
import { isChord } from "@/commands/chord";
import { PALETTE } from "@/commands/windows";
import { editorCommand } from "@/pages/annotate/editor-commands";
import { END, STEPS } from "@/pages/tour/steps";
import { type Happening, piecesOf, type Step, Tour } from "@/pages/tour/tour";

const step = (id: string, ...tasks: Happening[][]): Step => ({
  ...{ id, title: id, words: "" },
  tasks: tasks.map((by) => ({ name: by.join(), by })),
});

describe("a tour", () => {
  test("goes on when a step's thing was done, and by nothing else", () => {
    const tour = new Tour([step("one", ["accept"]), step("two", ["undo"])]);

    for (const what of ["undo", "zoom", "finish"] as const) tour.tell(what);
    expect(tour.step?.id).toBe("one");
    tour.tell("accept");
    expect(tour.step?.id).toBe("two");
    tour.tell("accept");
    expect(tour.step?.id).toBe("two");
  });

  test("waits for all things of a step, in any order, each by any way", () => {
    const tour = new Tour([step("look", ["zoom"], ["pan", "fit"]), step("next", ["undo"])]);

    tour.tell("fit");
    tour.tell("pan"); // the same thing again
    expect(tour.state.get()).toMatchObject({ at: 0, done: new Set(["pan,fit"]) });
    tour.tell("zoom");

    expect(tour.state.get()).toEqual({ at: 1, done: new Set() });
  });

  test("skips a step half done, and begins the next one afresh", () => {
    const tour = new Tour([step("look", ["zoom"], ["pan"]), step("again", ["zoom"], ["pan"])]);

    tour.tell("zoom");
    tour.skip();
    tour.tell("pan");

    expect(tour.state.get()).toEqual({ at: 1, done: new Set(["pan"]) });
  });

  test("ends after its last step, and stays there", () => {
    const tour = new Tour([step("one", ["finish"])]);
    expect(tour.awaits("finish")).toBe(true);

    tour.tell("finish");
    tour.tell("finish");
    tour.skip();

    expect([tour.step, tour.state.get().at, tour.awaits("finish")]).toEqual([null, 1, false]);
  });

  test("tells its readers only when something changed", () => {
    const tour = new Tour([step("one", ["zoom"], ["pan"])]);
    let told = 0;
    tour.state.subscribe(() => {
      told += 1;
    });

    for (const what of ["undo", "zoom", "zoom"] as const) tour.tell(what);

    expect(told).toBe(1);
  });
});

describe("the steps", () => {
  const named = (words: string): string[] =>
    piecesOf(words).flatMap((piece) => (typeof piece === "string" ? [] : piece.key));

  test("name only keys that there are", () => {
    for (const { words } of [...STEPS, END]) {
      for (const key of named(words)) {
        if (key.startsWith("=")) expect(isChord(key.slice(1))).toBe(true);
        else if (key !== PALETTE.id) expect(editorCommand(key).key).toBeDefined();
      }
    }
  });

  test("each have an id, words with a key in them, and something to do", () => {
    expect(new Set(STEPS.map(({ id }) => id)).size).toBe(STEPS.length);
    for (const { words, tasks } of STEPS) {
      expect(named(words)).not.toHaveLength(0);
      expect(tasks.every(({ by }) => by.length > 0)).toBe(true);
      expect(tasks).not.toHaveLength(0);
    }
  });

  test("have words in pieces, the keys apart", () => {
    expect(piecesOf("Press {edit.undo}, or {=1}.")).toEqual([
      ...["Press ", { key: "edit.undo" }, ", or ", { key: "=1" }, "."],
    ]);
  });
});
