import { expect, test } from "vitest";
import type { Annotations, MaskRow } from "@/editor/operations";
import { ask, drawnSince } from "@/pages/annotate/unmasked/asked";

const annotations = (...rows: Partial<MaskRow>[]): Annotations => ({
  masks: new Map(rows.map((row) => [row.id ?? "", row as MaskRow])),
  proposals: new Map(),
});

test("what was drawn since a question was clicked answers it, the newest first", () => {
  const asked = ask(3, annotations({ id: "dog" }));

  expect(drawnSince(asked, annotations({ id: "dog" }))).toBeNull();
  expect(drawnSince(asked, annotations({ id: "dog" }, { id: "a" }, { id: "b" }))).toBe("b");
  const undone = annotations({ id: "dog" }, { id: "a" }, { id: "b", isDeleted: true });
  expect(drawnSince(asked, undone)).toBe("a");
});
