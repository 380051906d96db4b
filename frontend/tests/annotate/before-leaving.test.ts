import { expect, test } from "vitest";
import { captionMask } from "@/editor/mask-captions";
import { takeWords } from "@/editor/spoken-captions";
import { askForKept } from "@/pages/annotate/before-leaving";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

test("an image is not finished before what was heard of a mask is kept or dropped", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  const { unsent } = editor;

  unsent.noteSpoken("cup", { kind: "awaited", recording: "take" });
  askForKept({ editor });
  takeWords(unsent, "cup", "take", { kind: "words", text: "A red cup" });

  expect(() => askForKept({ editor })).toThrow(/keep or drop what was heard/);
  expect(editor.selection.get()).toEqual({ kind: "mask", id: "cup" });
  captionMask(editor, "cup");
  askForKept({ editor });
});

test("what was heard of a mask that is gone by now keeps nobody", () => {
  const { editor } = bench({ masks: { cup: draw("....", ".##.", ".##.", "....") } });
  editor.unsent.noteSpoken("cup", { kind: "heard", recording: "take" });

  editor.commit([{ kind: "delete", mask: "cup" }]);

  expect(() => askForKept({ editor })).not.toThrow();
});
