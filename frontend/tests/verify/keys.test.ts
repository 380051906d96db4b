import { describe, expect, test } from "vitest";
import { actionOf, VERDICTS, type VerifyActions } from "@/pages/verify/keys";
import { decisionsOf, type Mark, nextMark } from "@/pages/verify/marks";
import { overallStatus } from "@/pages/verify/overall-status";
import type { VerifyItem } from "@/pages/verify/verify-session";

function press(key: string, change: Partial<KeyboardEvent> = {}): KeyboardEvent {
  const code = /^[0-9]$/.test(key) ? `Digit${key}` : "";
  return {
    key,
    code,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    ...change,
  } as KeyboardEvent;
}

/** What a key press does, in words. */
function done(event: KeyboardEvent): string {
  let words = "nothing";
  const actions: VerifyActions = {
    decide: (verdict) => {
      words = verdict;
    },
    setLabel: (label) => {
      words = `label ${label}`;
    },
    undo: () => {
      words = "undo";
    },
    toggleOutline: () => {
      words = "outline";
    },
  };
  actionOf(event, [{ id: 7 }, { id: 9 }])?.(actions);
  return words;
}

describe("the keys of verifying", () => {
  test("are the ones that the buttons show", () => {
    for (const { key, verdict } of VERDICTS) {
      expect(done(press(key.toLowerCase()))).toBe(verdict);
      expect(done(press(key))).toBe(verdict); // caps lock
    }
  });

  test("name the proposal by digit, as far as there are labels", () => {
    expect(["1", "2", "3", "0"].map((digit) => done(press(digit)))).toEqual([
      "label 7",
      "label 9",
      "nothing",
      "label null",
    ]);
  });

  test("take a verdict back with Ctrl or Command", () => {
    expect(done(press("z", { ctrlKey: true }))).toBe("undo");
    expect(done(press("z", { metaKey: true }))).toBe("undo");
    expect(done(press("z"))).toBe("nothing");
  });

  test("leave the browser's own to the browser", () => {
    for (const key of ["a", "r", "w", "s"]) {
      expect(done(press(key, { ctrlKey: true }))).toBe("nothing");
    }
  });
});

test("in a grid only what was clicked is not accepted", () => {
  const items = ["a", "b", "c"].map((id) => ({ proposal: { id } }) as VerifyItem);
  let marks: ReadonlyMap<string, Mark> = new Map();

  for (const id of ["b", "c", "c", "a", "a", "a"]) marks = nextMark(marks, id);

  expect(decisionsOf(items, marks).map(({ verdict }) => verdict)).toEqual([
    "accepted",
    "rejected",
    "needs_work",
  ]);
});

test("the page says saved only when every image is", () => {
  const saved = { state: "saved", hindrance: "none", waiting: 0, refused: [] } as const;

  expect(overallStatus([])).toEqual(saved);
  expect(
    overallStatus([saved, { ...saved, state: "device", hindrance: "offline", waiting: 2 }]),
  ).toEqual({ ...saved, state: "device", hindrance: "offline", waiting: 2 });
});
