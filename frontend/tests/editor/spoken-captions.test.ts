import { describe, expect, test } from "vitest";
import { captionMask } from "@/editor/mask-captions";
import { LONGEST_CAPTION, takeWords } from "@/editor/spoken-captions";
import { bench } from "./desk";
import { draw } from "./drawings";

const CUP = draw("........", "..####..", "..####..", "........");

/** An editor in which a take about the cup is awaited. */
function page(caption = "") {
  const { editor, saved } = bench({ masks: { cup: CUP }, rows: { cup: { caption } } });
  const { unsent } = editor;
  unsent.noteSpoken("cup", { kind: "awaited", recording: "take" });
  return {
    ...{ editor, saved, unsent },
    hear: (text: string, recording = "take") =>
      takeWords(unsent, "cup", recording, { kind: "words", text }),
    written: () => unsent.captions.get().cup,
    spoken: () => unsent.spoken.get().cup,
    keep: () => captionMask(editor, "cup"),
  };
}

describe("what is said of a mask", () => {
  test("stands in its field, is saved once it is kept, and undone as one step", () => {
    const { editor, saved, hear, written, keep, spoken } = page("A cup");

    hear("A red cup");
    const before = [written(), saved.length];
    keep();
    const said = editor.annotations.get().masks.get("cup");
    editor.undo();

    expect(before).toEqual(["A red cup", 0]);
    expect(said).toMatchObject({ caption: "A red cup", caption_recording: "take" });
    expect(saved.flat()).toMatchObject([
      { kind: "caption", mask: "cup", text: "A red cup", recording: "take" },
      { kind: "caption", mask: "cup", text: "A cup" },
    ]);
    expect([written(), spoken()]).toEqual([undefined, undefined]);
  });

  test("may be changed first, and is spoken all the same", () => {
    const { unsent, saved, hear, keep } = page();

    hear("A read cup");
    unsent.writeCaption("cup", "A red cup");
    keep();

    expect(saved.flat()).toMatchObject([{ text: "A red cup", recording: "take" }]);
  });

  test("is dropped by emptying the field: what follows is typed", () => {
    const { unsent, saved, hear, keep } = page();

    hear("Mumble");
    unsent.writeCaption("cup", "");
    unsent.writeCaption("cup", "A red cup");
    keep();

    expect(saved.flat()).toHaveLength(1);
    expect(saved.flat()[0]).not.toHaveProperty("recording");
  });

  test("comes after what was typed while it was heard, and waits where that was kept", () => {
    const { unsent, saved, hear, keep, written, spoken } = page();

    unsent.writeCaption("cup", "A cup,");
    hear("red and chipped");
    const both = written();
    keep();
    unsent.noteSpoken("cup", { kind: "awaited", recording: "next" });
    unsent.writeCaption("cup", "A mug");
    keep();

    expect(both).toBe("A cup, red and chipped");
    expect(saved.flat()).toMatchObject([{ recording: "take" }, { text: "A mug" }]);
    expect(spoken()).toEqual({ kind: "awaited", recording: "next" });
  });

  test("is not written over what a later take says, nor once it was put away", () => {
    const { unsent, hear, written, spoken } = page();

    unsent.noteSpoken("cup", { kind: "awaited", recording: "next" });
    hear("Too late", "take");
    takeWords(unsent, "cup", "next", { kind: "gone" });
    hear("Too late", "next");

    expect([written(), spoken()]).toEqual([undefined, undefined]);
  });

  test.each([
    ["silence", "  ", /nothing was heard.*write it/i],
    ["a speech", "cup ".repeat(LONGEST_CAPTION / 4 + 1), /too long.*kept/i],
  ])("of which nothing can be written, as of %s, says why until one types", (_, text, why) => {
    const { unsent, hear, written, spoken } = page();

    hear(text);
    const told = spoken();
    unsent.writeCaption("cup", "A");

    expect(told).toMatchObject({ kind: "unheard", why: expect.stringMatching(why) });
    expect([written(), spoken()]).toEqual(["A", undefined]);
  });
});
