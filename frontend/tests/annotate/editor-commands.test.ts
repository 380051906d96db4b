import { describe, expect, test } from "vitest";
import { assignKeys, commandFor, whyNot } from "@/commands/command";
import { type EditorPage, editorCommands } from "@/pages/annotate/editor-commands";
import { TOOLS } from "@/pages/annotate/tool-list";
import { HIDE } from "@/pages/annotate/view-commands";
import { bench, decodedAs, type Setting } from "../editor/desk";
import { draw } from "../editor/drawings";
import { waitFor } from "../wait-for";

const LABELS = [
  { id: 7, name: "nucleus", color: "#f00" },
  { id: 9, name: "debris", color: "#0f0" },
];

function page(setting: Setting, mayReview = true) {
  const made = bench(setting);
  const nothing = () => undefined;
  const around: EditorPage = {
    ...{ editor: made.editor, labels: LABELS, hasPrevious: () => false, save: nothing },
    ...{ next: nothing, previous: nothing, showAll: nothing, zoom: nothing, keyPointer: null },
    ...{ isHeld: true, mayReview, giveBack: nothing, describe: nothing },
    ...{ whyNotReopen: () => "The image is not done yet.", reopen: nothing },
    saving: () => ({ text: "Saved", isDone: true }),
    review: { comment: nothing, next: nothing, answer: nothing, resolve: nothing },
    verdict: {
      ...{ whyNoApproval: "It is approved already.", whyNoReturn: null },
      ...{ approve: nothing, askWhy: nothing },
    },
    conflicts: {
      ...{ whyNone: "No two.", next: nothing, compare: nothing, choose: nothing },
      whyNot: () => "Look at a conflict first.",
    },
  };
  const commands = editorCommands(around);
  const of = (chord: string) => commandFor(commands, new Map(), chord);
  return { ...made, commands, of, run: (chord: string) => of(chord)?.run(chord) };
}

const SMALL: Setting = { size_hw: [4, 4] };

describe("the editor's commands", () => {
  test("have ids and keys of their own, but for digits", () => {
    const { commands } = page(SMALL);
    const keys = [...assignKeys(commands, new Map()).values()]
      .flatMap(({ own, also }) => [own, ...also])
      .filter((key) => key !== null && !/^\d$/.test(key));

    expect(new Set(keys).size).toBe(keys.length);
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
  });

  test("with Shift are others than without", () => {
    const { of } = page(SMALL);
    expect([of("Shift+E")?.title, of("E")?.title]).toEqual(["Drop specks", "Eraser"]);
    expect([of("N")?.title, of("Shift+N")?.title]).toEqual(["Next image", "Previous image"]);
  });

  test("mean what they mean while verifying, and are not that page's other verdicts", () => {
    const { of } = page(SMALL);
    const same = ["A", "X", "H"].map((key) => of(key)?.id);

    expect(same).toEqual(["verdict.accept", "verdict.reject", HIDE.id]);
    expect([of("W"), of("S")]).toEqual([null, null]);
  });

  test("take every tool", () => {
    const { editor, run } = page(SMALL);
    for (const { name, key } of TOOLS) {
      run(key);
      expect(editor.tool.get().name).toBe(name);
    }
  });

  test("open the history of the selected mask, and close it", () => {
    const { editor, of, run } = page({ masks: { a: draw("#.") } });
    const refused = of("R");
    editor.selection.set({ kind: "mask", id: "a" });
    run("R");
    const opened = editor.view.historyOf.get();
    run("R");

    expect(refused?.title).toBe("History");
    expect([opened, editor.view.historyOf.get()]).toEqual(["a", null]);
  });

  test("work on the selected mask", () => {
    const { editor, drawn, run } = page({
      masks: { a: draw("....", ".#..", "....") },
      selected: "a",
    });
    run(".");
    const grown = drawn().a;
    run("Shift+L");
    run(",");
    run("Shift+H");

    expect(grown).toEqual([".#..", "###.", ".#.."]);
    expect(drawn().a).toEqual(grown);
    expect(editor.view.solo.get()).toEqual(new Set(["a"]));
  });

  test("give the labels by their digits and by their names", () => {
    const { editor, run, commands } = page(SMALL);
    run("2");
    expect(editor.label.get()).toBe(9);
    run("0");
    expect(editor.label.get()).toBeNull();
    commands.find(({ title }) => title === "Label: nucleus")?.run();
    expect(editor.label.get()).toBe(7);
  });

  test("pick a hypothesis by a digit while there are three, and with Shift a label", async () => {
    const masks = ["#...", "##..", "###."].map((row) => draw(row, "...."));
    const [first = draw("."), ...rest] = masks.map(decodedAs);
    if (!("mask" in first)) throw new Error("no mask");
    const others = Promise.resolve(
      rest.map(({ mask }, index) => ({ ...mask, token: index + 1 })),
    ) as typeof first.others;
    const { editor, run } = page({
      size_hw: [2, 4],
      decode: () => Promise.resolve({ ...first, others }),
    });
    editor.prompt([{ kind: "point", xy: [1, 1], label: 1 }], 0);
    await waitFor(() => expect(editor.isAmbiguous).toBe(true));
    run("2");
    run("Shift+1");

    expect(editor.draft.state.get()?.chosen).toBe(1);
    expect(editor.label.get()).toBe(7);
  });

  test("say what they lack, and that an image can only be looked at", () => {
    const { editor, of } = page({ masks: { a: draw("##", "##") } });
    const why = (chord: string) => {
      const command = of(chord);
      return command && whyNot(command);
    };
    expect(why("J")).toBe("Select several masks first.");
    expect(why("Ctrl+D")).toBe("Select a mask first.");
    expect(why("Ctrl+Z")).toBe("There is nothing to undo.");
    editor.selection.set({ kind: "mask", id: "a" });
    expect([why("Ctrl+D"), why("H"), why("D")]).toEqual([null, null, null]);

    editor.isReadOnly.set(true);
    expect(why("D")).toBe("This image can only be looked at.");
    expect([why("V"), why("H")]).toEqual([null, null]);
  });

  test("select all, and show again what was hidden or shown alone", () => {
    const { editor, of, run } = page({ masks: { a: draw("#."), b: draw(".#") } });
    const nothing = of("Alt+H");
    const why = nothing && whyNot(nothing);
    run("Ctrl+A");
    run("H");
    const hidden = [...editor.hidden.get()];
    run("Alt+H");

    expect(why).toBe("Nothing is hidden.");
    expect(hidden).toEqual(["a", "b"]);
    expect(editor.hidden.get().size).toBe(0);
  });

  test("fold the parts of the selected object, and order the list", () => {
    const { editor, commands } = page({
      masks: { a: draw("##"), b: draw(".#") },
      rows: { b: { parent: "a" } },
    });
    const named = (title: string) => commands.find((command) => command.title === title);
    const fold = named("Fold or list its parts");
    const why = (id: string) => {
      editor.selection.set({ kind: "mask", id });
      return fold?.why?.();
    };
    const refusals = [fold?.why?.(), why("b"), why("a")];
    fold?.run();
    named("List: largest first")?.run();

    expect(refusals).toEqual(["Select a mask first.", "It has no parts.", null]);
    expect(editor.view.list.get()).toMatchObject({ order: "area", folded: new Set(["a"]) });
    expect(named("List: largest first")?.fact?.()).toBe("now");
  });

  test("show channels of the image alone or together, and always one", () => {
    const { editor, commands } = page(SMALL);
    const named = (title: string) => commands.find((command) => command.title === title);
    const shown = () => editor.view.look.get().channels;
    named("Show or hide the blue channel")?.run();
    const two = shown();
    named("Only the red channel")?.run();
    const why = named("Show or hide the red channel")?.why?.();
    named("All channels of the image")?.run();

    expect([two, shown()]).toEqual([
      ["red", "green"],
      ["red", "green", "blue"],
    ]);
    expect(why).toBe("No other channel is shown.");
  });

  test("give a verdict where one may be given, and say why not elsewhere", () => {
    const { of } = page(SMALL);
    const [approve, sendBack] = [of("Shift+A"), of("Shift+R")];

    expect([approve?.id, approve && whyNot(approve)]).toEqual([
      "review.approve",
      "It is approved already.",
    ]);
    expect([sendBack?.id, sendBack && whyNot(sendBack)]).toEqual(["review.return", null]);
  });

  test("of reviewers are not among the keys of an annotator", () => {
    const listed = (mayReview: boolean) =>
      page(SMALL, mayReview)
        .commands.filter(({ isUnlisted }) => !isUnlisted)
        .map(({ id }) => id);
    const theirs = listed(true).filter((id) => !listed(false).includes(id));

    expect(theirs.slice(0, 2)).toEqual(["review.approve", "review.return"]);
    expect(theirs.slice(2).every((id) => id.startsWith("conflict."))).toBe(true);
    expect(listed(false)).toContain("comment.resolve");
  });

  test("work on what is under the pointer where nothing is selected", () => {
    const { editor, run, of } = page({ proposals: { p: draw("##", "##") } });
    expect(
      whyNot(of("X") ?? { id: "", title: "", group: "", run: () => undefined }),
    ).not.toBeNull();
    editor.hover.set({ kind: "proposal", id: "p" });
    run("A");

    expect(editor.annotations.get().masks.size).toBe(1);
  });
});
