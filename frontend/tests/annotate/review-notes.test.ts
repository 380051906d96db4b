import { describe, expect, test } from "vitest";
import type { Change, Comment } from "@/api/comments";
import { maskToRLE } from "@/editor/mask";
import {
  changeTitle,
  isOpen,
  mayWithdraw,
  nextOpen,
  numbered,
  placeOf,
  placeWords,
  sayerOf,
  spotOf,
} from "@/pages/annotate/review/notes";
import { annotationsOf, maskRow } from "../editor/annotations";
import { draw } from "../editor/drawings";

const PLAIN: Comment = {
  ...{ id: "1", text: "Too large.", author: "grace", created_at: "2026-01-01T00:00:00Z" },
  ...{ written_by: "", point_xy: null, mask: null, answers: null },
  ...{ resolved_by: null, resolved_at: null, sealed_at: null },
};
const RESOLVED = { resolved_at: "2026-01-02T00:00:00Z", resolved_by: "ada" };

function comments(...parts: Partial<Comment>[]) {
  return numbered(parts.map((part, index) => ({ ...PLAIN, id: String(index + 1), ...part })));
}

const change = (part: Partial<Change>): Change => ({
  ...{ mask: "gone", kind: "deleted", author: "grace", at: "2026-01-01T00:00:00Z" },
  ...{ label: null, box_xyxy: [10, 20, 14, 30], first_revision: 2, last_revision: 2 },
  ...part,
});

describe("the next open comment", () => {
  const list = comments({}, RESOLVED, {}, {});

  test("is the first where none is in view, then one after the other, then the first again", () => {
    const seen: (number | undefined)[] = [];
    let at: string | null = null;
    for (let step = 0; step < 4; step += 1) {
      const next = nextOpen(list, at);
      seen.push(next?.number);
      at = next?.id ?? null;
    }

    expect(seen).toEqual([1, 3, 4, 1]);
  });

  test("is none when all are resolved, and goes on from one that is", () => {
    expect(nextOpen(comments(RESOLVED, RESOLVED), null)).toBeNull();
    expect(nextOpen(list, "2")?.number).toBe(3);
    expect(list.filter(isOpen)).toHaveLength(3);
  });
});

describe("answers", () => {
  const said = comments({}, {}, { answers: "1" }, { answers: "2" }, { answers: "1" }, {});

  test("stand below their comment in the order they were written, without a number", () => {
    expect(said.map(({ id, number, below }) => [id, number, below.map((each) => each.id)])).toEqual(
      [
        ["1", 1, ["3", "5"]],
        ["2", 2, ["4"]],
        ["6", 3, []],
      ],
    );
  });

  test("are neither open nor next, whoever wrote last", () => {
    const list = comments(RESOLVED, { answers: "1" }, { answers: "1" });

    expect(list.filter(isOpen)).toHaveLength(0);
    expect(nextOpen(list, "2")).toBeNull();
  });

  test("are withdrawn by who wrote them until a verdict was given with them", () => {
    expect(mayWithdraw(PLAIN, "grace")).toBe(true);
    expect(mayWithdraw(PLAIN, "ada")).toBe(false);
    expect(mayWithdraw(PLAIN, null)).toBe(false);
    expect(mayWithdraw({ ...PLAIN, sealed_at: "2026-01-02T00:00:00Z" }, "grace")).toBe(false);
  });
});

describe("a pin", () => {
  const annotations = annotationsOf([
    maskRow("a", maskToRLE(draw("....", ".#..", ".#..", "...."))),
    maskRow("dead", maskToRLE(draw("#...", "....", "....", "....")), { isDeleted: true }),
  ]);
  const at = (part: Partial<Comment>, changes: Change[] = []) =>
    spotOf(placeOf({ ...PLAIN, ...part }), annotations, changes);

  test("stands at its point, or on a pixel of its mask", () => {
    expect(at({ point_xy: [3.5, 2] })).toEqual({ x: 3.5, y: 2 });
    expect(at({ mask: "a" })).toEqual({ x: 1.5, y: 2.5 });
  });

  test("stands where the mask was that a reviewer deleted", () => {
    expect(at({ mask: "gone" }, [change({})])).toEqual({ x: 12, y: 25 });
  });

  test("stands nowhere on the whole image, or where nobody knows what the mask was", () => {
    expect(at({})).toBeNull();
    expect(at({ mask: "dead" })).toBeNull();
  });

  test("says in words where it is", () => {
    const words = (part: Partial<Comment>) =>
      placeWords(placeOf({ ...PLAIN, ...part }), annotations);

    expect([
      words({ point_xy: [0, 0] }),
      words({ mask: "a" }),
      words({ mask: "dead" }),
      words({}),
    ]).toEqual(["at a place", "on a mask", "on a deleted mask", "on the whole image"]);
  });
});

test("a change is told by what was done and by the label", () => {
  const names = new Map([[1, "cell"]]);

  expect(changeTitle(change({ kind: "revised", label: 1 }), names)).toBe("Changed cell");
  expect(changeTitle(change({ kind: "added" }), names)).toBe("Added a mask without label");
  expect(changeTitle(change({ label: 7 }), names)).toBe("Deleted a mask");
});

test("of a comment that an import brought, whoever wrote it elsewhere has said it", () => {
  expect(sayerOf(PLAIN)).toBe("grace");
  expect(sayerOf({ ...PLAIN, written_by: "ann@example.com" })).toBe("ann@example.com");
});
