import { beforeEach, describe, expect, test } from "vitest";
import { commandFor } from "@/commands/command";
import { openWindow } from "@/commands/windows";
import type { Editor } from "@/editor/editor";
import { fitView, type View } from "@/editor/geometry";
import { liveMasks } from "@/editor/picking";
import { Signal } from "@/editor/signal";
import {
  listenToSelection,
  listenToStore,
  listenToView,
  watchPalette,
} from "@/pages/tour/happenings";
import { MISSED } from "@/pages/tour/sample";
import { openSample } from "@/pages/tour/sample-image";
import { STEPS } from "@/pages/tour/steps";
import { type Happening, Tour } from "@/pages/tour/tour";
import { tourCommands } from "@/pages/tour/tour-commands";
import { at } from "../editor/pointer";
import { waitFor } from "../wait-for";

let editor: Editor;
let told: Happening[];

beforeEach(() => {
  editor = openSample({} as ImageBitmap).editor;
  told = [];
  listenToStore(editor.store, (what) => told.push(what));
});

/** Drag with the tool in hand. */
function drag(...places: [number, number][]): void {
  const [first, ...rest] = places.map(([x, y]) => at(x, y));
  const tool = editor.tool.get();
  if (first === undefined) return;
  tool.onPointerDown(first);
  for (const place of rest) tool.onPointerMove(place);
  tool.onPointerUp(rest.at(-1) ?? first);
}

async function keepClick(x: number, y: number): Promise<void> {
  drag([x, y]);
  await waitFor(() => expect(editor.draft.state.get()?.isDecoding).toBe(false));
  editor.accept();
}

describe("what is told of the masks", () => {
  test("is each gesture of the tour, once", async () => {
    editor.selectProposal(1);
    editor.accept();
    editor.selection.set(null);
    await keepClick(MISSED.x - 30, MISSED.y - 30);
    const newest = liveMasks(editor.annotations.get()).at(-1);
    editor.selection.set(newest === undefined ? null : { kind: "mask", id: newest.id });
    editor.takeTool("brush");
    drag([MISSED.x + 40, MISSED.y + 40], [MISSED.x + 50, MISSED.y + 50]);
    editor.undo();
    editor.setLabel(1);

    expect(told).toEqual(["accept", "click", "correct", "undo", "name"]);
  });

  test("is another thing for a mask drawn by hand, and nothing for a rejected proposal", () => {
    editor.takeTool("brush");
    drag([20, 400], [40, 400]);
    editor.selectProposal(1);
    editor.reject();
    editor.redo(); // there is nothing

    expect(told).toEqual(["draw"]);
  });
});

test("a mask in hand is told of, a proposal and letting go are not", () => {
  editor.takeTool("brush");
  drag([20, 400], [40, 400]);
  editor.accept();
  told = [];
  listenToSelection(editor.selection, (what) => told.push(what));

  editor.selectProposal(1);
  editor.takeTool("select");
  drag([30, 400]);
  editor.selection.set(null);

  expect(told).toEqual(["select"]);
});

describe("what is told of the view", () => {
  const stage = {
    view: new Signal<View>({ scale: 1, x: 0, y: 0 }),
    size: new Signal({ width: 800, height: 600 }),
    fitted: () => fitView(stage.size.get(), { width: 640, height: 440 }),
  };

  test("is what it shows now: nearer, elsewhere, all", () => {
    listenToView(stage, (what) => told.push(what));

    stage.view.set({ scale: 2, x: 0, y: 0 });
    stage.view.set({ scale: 2, x: 10, y: 0 });
    stage.view.set({ scale: 2, x: 10, y: 0 });
    stage.view.set(stage.fitted());

    expect(told).toEqual(["zoom", "pan", "fit"]);
  });

  test("is nothing while the window changes its size", () => {
    listenToView(stage, (what) => told.push(what));

    stage.size.set({ width: 900, height: 700 });
    stage.view.set(stage.fitted());

    expect(told).toEqual([]);
  });
});

test("a command from the palette is one that is used as the palette closes", async () => {
  const palette = watchPalette();
  const stop = palette.watch();
  openWindow.set("palette");
  expect(palette.wasJustOpen()).toBe(false);

  openWindow.set(null);
  expect(palette.wasJustOpen()).toBe(true);
  await Promise.resolve();
  expect(palette.wasJustOpen()).toBe(false);
  openWindow.set("keys");
  openWindow.set(null);
  expect(palette.wasJustOpen()).toBe(false);
  stop();
});

describe("the keys of the tour", () => {
  function pressing() {
    const tour = new Tour(STEPS);
    let left = 0;
    const leave = () => {
      left += 1;
    };
    const { commands } = tourCommands({ tour, editor, stage: null, keyPointer: null, leave });
    const press = (chord: string) => commandFor(commands, new Map(), chord)?.run(chord);
    return { tour, press, left: () => left };
  }

  test("leave by Escape once nothing is in hand", () => {
    const { press, left } = pressing();
    editor.selectProposal(1);

    press("Escape");
    expect([left(), editor.selection.get()]).toEqual([0, null]);
    press("Escape");
    expect(left()).toBe(1);
  });

  test("finish the image in the last step, say so before, and leave after it", () => {
    const { tour, press, left } = pressing();
    press("N");
    expect(editor.notice.get()).toContain("last step");
    while (!tour.awaits("finish")) tour.skip();

    press("N");
    expect([tour.step, left()]).toEqual([null, 0]);
    press("N");
    expect(left()).toBe(1);
    editor.selectProposal(1); // in hand, but the tour is over
    press("Escape");
    expect(left()).toBe(2);
  });

  test("have none for what only a server could answer, and the buttons for it say why", () => {
    const { press } = pressing();
    press("R");
    press("T");
    expect(editor.tool.get().name).toBe("point");

    editor.view.historyOf.set("any");
    expect(editor.view.historyOf.get()).toBeNull();
    expect(editor.notice.get()).toContain("the tour has none");
  });
});
