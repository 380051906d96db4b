import { beforeEach, expect, test } from "vitest";
import { isPageOf } from "@/api/person";
import {
  dropOldWriting,
  keepDraft,
  keepEdits,
  keepWhole,
  keepWords,
  keptDraft,
  keptEdits,
  keptWhole,
  keptWords,
} from "@/pages/describe/kept-writing";
import { NO_EDITS } from "@/pages/describe/said/said";
import { NO_DRAFT, NOTHING_WRITTEN } from "@/pages/describe/written";
import { Correction } from "@/recorder/correction";

const WORDS = [
  { text: "a", start_s: 0, end_s: 0.5, probability: 0.9 },
  { text: "cub", start_s: 0.5, end_s: 1, probability: 0.3 },
];
const WRITTEN = { written: { ...NOTHING_WRITTEN, text: "A cup." }, edited: null };
const EDITED = {
  written: NOTHING_WRITTEN,
  edited: { text: "A red cup.", proposal: { id: "p", text: "A cup." } },
};

/** A browser's storage, with whatever anything wrote there. */
class Shelf {
  readonly rows = new Map<string, string>();
  isFull = false;

  get length(): number {
    return this.rows.size;
  }

  key(at: number): string | null {
    return [...this.rows.keys()][at] ?? null;
  }

  getItem(name: string): string | null {
    return this.rows.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.rows.set(name, value);
  }

  removeItem(name: string): void {
    this.rows.delete(name);
  }
}

let shelf: Shelf;

beforeEach(() => {
  isPageOf(7);
  shelf = new Shelf();
});

test("what is changed of several people's words, or of a text as a whole, is there again", () => {
  const edits = { leftOut: new Set(["t1"]), changed: new Map([["t2", "Red."]]), addition: "Old." };

  keepEdits(4, edits, shelf);
  keepWhole("t", "A red cup", shelf);

  expect(keptEdits(4, shelf)).toEqual({ ...edits, addition: "" }); // that is a draft
  expect(keptWhole("t", shelf)).toBe("A red cup");
  keepEdits(4, NO_EDITS, shelf);
  keepWhole("t", null, shelf);
  expect(shelf.rows.size).toBe(0);
});

test.each([WRITTEN, EDITED])("a caption that was begun is there again, for its image", (draft) => {
  keepDraft(4, draft, shelf);

  expect(keptDraft(4, shelf)).toEqual(draft);
  expect(keptDraft(5, shelf)).toBe(NO_DRAFT);
});

test("what is saved, or taken back, is kept no longer", () => {
  keepDraft(4, WRITTEN, shelf);
  keepWords("t", WORDS, shelf);

  keepDraft(4, NO_DRAFT, shelf);
  keepWords("t", null, shelf);

  expect(shelf.length).toBe(0);
});

test("a correction that was begun goes on, and can be undone to what was heard", () => {
  const begun = new Correction(WORDS);
  begun.goTo(1);
  begun.write("replace");
  begun.finish("cup");
  keepWords("t", begun.words.get(), shelf);

  const again = new Correction(WORDS, keptWords("t", shelf));

  expect(again.words.get().map(({ text }) => text.trim())).toEqual(["a", "cup"]);
  again.undo();
  expect(again.words.get()).toEqual(WORDS);
  expect(new Correction(WORDS, keptWords("other", shelf)).canUndo).toBe(false);
});

test.each(["", "{", "3", '{"value": {"written": 5}}', '{"at": 1, "value": [{"text": 1}]}'])(
  "what cannot be read is nothing (%s)",
  (text) => {
    shelf.rows.set("anneal-unsaved-caption-7-4", text);
    shelf.rows.set("anneal-unsaved-words-7-t", text);

    expect(keptDraft(4, shelf)).toBe(NO_DRAFT);
    expect(keptWords("t", shelf)).toBeNull();
  },
);

test("a browser without room breaks nothing", () => {
  shelf.isFull = true;

  keepDraft(4, WRITTEN, shelf);

  expect(keptDraft(4, shelf)).toBe(NO_DRAFT);
});

test("what nobody came back to for a month goes, and nothing else", () => {
  keepDraft(4, WRITTEN, shelf);
  shelf.rows.set("another", "x");
  const day = 86_400_000;

  dropOldWriting(shelf, Date.now() + 29 * day);
  expect(shelf.length).toBe(2);
  dropOldWriting(shelf, Date.now() + 31 * day);

  expect([...shelf.rows.keys()]).toEqual(["another"]);
});
