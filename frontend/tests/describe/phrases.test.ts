import { describe, expect, it, vi } from "vitest";
import type { Phrase } from "@/api/grounding";
import type { ImageDetail } from "@/api/types";
import { formatCounts } from "@/editor/rle";
import {
  around,
  contradictionWords,
  isUnsure,
  maskNames,
  phraseAt,
  shownBy,
  stateOf,
} from "@/pages/describe/grounding/phrases";
import { NOTHING_SHOWN, Showing } from "@/pages/describe/grounding/showing";
import { takeKey } from "@/pages/describe/grounding/usePhraseWords";

const phrase = (more: Partial<Phrase>): Phrase => ({
  ...{ id: 1, transcript: "t", first: 2, end: 4, text: "a cup", masks: ["cup"] },
  ...{ kind: "proposed", evidence: 0.8, author: null, place_xy: [3, 4], is_question: false },
  ...more,
});

// Columns of four pixels; the mask is the middle two rows of columns 1 and 2.
const rle = { size: [4, 4], counts: formatCounts(new Uint32Array([5, 2, 2, 2, 5])) };
const image = {
  labels: [{ id: 7, name: "cup" }],
  masks: [
    { id: "cup", label: 7, rle },
    { id: "other", label: 7, rle },
    { id: "bare", label: null, rle },
  ],
} as unknown as ImageDetail;

describe("what was said", () => {
  it("finds the phrase of a word in its own text alone", () => {
    const grounding = { phrases: [phrase({})] };

    expect(phraseAt(grounding, "t", 3)?.text).toBe("a cup");
    expect(phraseAt(grounding, "t", 4)).toBeNull();
    expect(phraseAt(grounding, "another", 3)).toBeNull();
  });

  it("tells links of rules, of people, and things without a mask apart", () => {
    expect(stateOf(phrase({}))).toBe("proposed");
    expect(stateOf(phrase({ kind: "confirmed" }))).toBe("confirmed");
    expect(stateOf(phrase({ masks: [], is_question: true }))).toBe("missing");
    expect(stateOf(phrase({ masks: [], kind: "dismissed" }))).toBeNull();
  });

  it("shows masks, or the place where the pointer was", () => {
    expect(shownBy(phrase({}))).toEqual({ masks: ["cup"], place: null, phrase: 1 });
    expect(shownBy(phrase({ masks: [] }))).toEqual({ masks: [], place: [3, 4], phrase: 1 });
  });

  it("stands among the words before and after it", () => {
    const words = "I see a cup on the big table".split(" ").map((text, at) => ({
      ...{ text: ` ${text}`, start_s: at, end_s: at + 1, probability: 1 },
    }));

    expect(around(phrase({}), words)).toEqual({ before: "I see", after: "on the big", start_s: 2 });
    expect(around(phrase({}), [])).toEqual({ before: "", after: "", start_s: null });
  });

  it("stays outlined after a click until another is clicked, or it is again", () => {
    const showing = new Showing();
    const [cup, dog] = [1, 2].map((id) => ({ ...NOTHING_SHOWN, phrase: id })) as [
      typeof NOTHING_SHOWN,
      typeof NOTHING_SHOWN,
    ];

    showing.pin("cup", cup);
    showing.show(dog);
    showing.hide();
    expect(showing.shown.get()).toBe(cup);

    showing.pin("dog", dog);
    showing.hide();
    expect([showing.shown.get(), showing.pinned.get()]).toEqual([dog, "dog"]);

    showing.pin("dog", dog);
    showing.hide();
    expect([showing.shown.get(), showing.pinned.get()]).toEqual([NOTHING_SHOWN, null]);

    showing.pin("cup", cup);
    showing.letGo();
    expect([showing.shown.get(), showing.pinned.get()]).toEqual([NOTHING_SHOWN, null]);
  });

  it("calls a link unsure until somebody confirms it", () => {
    expect(isUnsure(phrase({ evidence: 0.8 }))).toBe(false);
    expect(isUnsure(phrase({ evidence: 0.4 }))).toBe(true);
    expect(isUnsure(phrase({ evidence: 0.4, kind: "confirmed" }))).toBe(false);
  });

  it("names masks by their labels and counts them", () => {
    expect(maskNames(["cup", "other", "bare", "gone"], image)).toBe("cup × 2, no label × 2");
  });

  it("says what does not fit in one line", () => {
    const of = { phrases: [1], masks: [] };

    expect(contradictionWords({ ...of, kind: "count", said: "Three cups,", seen: "2 masks" })).toBe(
      "“Three cups”, but 2 masks",
    );
    expect(
      contradictionWords({ ...of, kind: "below", said: "A dog below it.", seen: "not below" }),
    ).toBe("“A dog below it”, but the masks lie otherwise");
  });
});

describe("keys on a word", () => {
  it("confirms with Enter and takes away with Delete", () => {
    const decide = vi.fn();

    expect(takeKey("Enter", phrase({}), decide)).toBe(true);
    expect(takeKey("Delete", phrase({}), decide)).toBe(true);
    expect(takeKey("x", phrase({}), decide)).toBe(false);
    expect(takeKey("Enter", phrase({ masks: [] }), decide)).toBe(false);

    expect(decide.mock.calls).toEqual([
      [{ phrase: 1, kind: "confirmed", masks: ["cup"] }],
      [{ phrase: 1, kind: "removed", masks: [] }],
    ]);
  });
});
