import { describe, expect, test } from "vitest";
import { captionMask } from "@/editor/mask-captions";
import { applyOperations } from "@/editor/operations";
import { deedOf } from "@/editor/receipts";
import { annotationsOf, maskRow, square } from "./annotations";
import { bench } from "./desk";
import { draw } from "./drawings";

const CUP = draw("........", "..####..", "..####..", "........");

function page(caption = "") {
  const made = bench({ masks: { cup: CUP }, rows: { cup: { caption } } });
  const { editor, saved } = made;
  return {
    ...{ editor, saved },
    said: () => editor.annotations.get().masks.get("cup")?.caption,
    write(text: string) {
      editor.unsent.writeCaption("cup", text);
      captionMask(editor, "cup");
    },
  };
}

describe("what is said of a mask", () => {
  test("is saved as one operation of its own, and undone as one step", () => {
    const { editor, saved, said, write } = page();

    write("  A red cup ");
    const kept = said();
    editor.undo();
    const undone = said();
    editor.redo();

    expect([kept, undone, said()]).toEqual(["A red cup", "", "A red cup"]);
    expect(saved.flat()).toMatchObject([
      { kind: "caption", mask: "cup", text: "A red cup", effort: { tool: "caption" } },
      { kind: "caption", mask: "cup", text: "" },
      { kind: "caption", mask: "cup", text: "A red cup" },
    ]);
    expect(editor.unsent.captions.get()).toEqual({});
  });

  test("is saved once, and taken away by an empty text", () => {
    const { saved, write } = page("A red cup");

    write("A red cup");
    write("");

    expect(saved.flat()).toMatchObject([{ kind: "caption", text: "" }]);
  });

  test("stays written while the mask may not be changed", () => {
    const { editor, saved, write } = page();
    editor.view.setLocked(["cup"], true);

    write("A red cup");

    expect(saved).toEqual([]);
    expect(editor.unsent.captions.get()).toEqual({ cup: "A red cup" });
  });

  test("is undone beside what was changed with it, and outlives other changes", () => {
    const { editor, said } = page("A cup");

    editor.commit([
      { kind: "caption", mask: "cup", text: "A red cup" },
      { kind: "revise", mask: "cup", label: 4 },
    ]);
    editor.undo();
    const undone = [said(), editor.annotations.get().masks.get("cup")?.label];
    editor.commit([{ kind: "revise", mask: "cup", label: 5 }]);

    expect(undone).toEqual(["A cup", null]);
    expect(said()).toBe("A cup");
  });

  test("is spoken again when what was typed over it is undone", () => {
    const { editor, saved } = page();
    editor.commit([{ kind: "caption", mask: "cup", text: "A red cup", recording: "take" }]);

    editor.commit([{ kind: "caption", mask: "cup", text: "A mug" }]);
    editor.undo();

    expect(saved.flat().map((each) => "recording" in each && each.recording)).toEqual([
      ...["take", false, "take"],
    ]);
    expect(editor.annotations.get().masks.get("cup")?.caption_recording).toBe("take");
  });

  test("comes from others, too, and is a deed of its own in the receipts", () => {
    const before = annotationsOf([maskRow("cup", square(1, 1, 3))]);
    const operation = { id: "o", kind: "caption", mask: "cup", text: "A mug" } as const;

    const after = applyOperations(before, [{ ...operation, author: "bob", image_version: 2 }]);

    expect(after.masks.get("cup")).toMatchObject({ caption: "A mug", author: "ada" });
    expect(deedOf(operation)).toMatchObject({ kind: "caption", mask: "cup", sets: [] });
  });
});
