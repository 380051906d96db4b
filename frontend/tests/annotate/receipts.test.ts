import { expect, test } from "vitest";
import type { Operation } from "@/editor/operations";
import { deedOf, savedAs } from "@/editor/receipts";
import { deedWords, entriesOf, fileOf, standingWords } from "@/pages/annotate/receipts/entries";

const RLE = { size: [2, 2] as [number, number], counts: "04" };
const revise = (change: object): Operation => ({ id: "o", kind: "revise", mask: "m", ...change });

test("a receipt says which values an operation set, and keeps no pixels", () => {
  const deed = deedOf(revise({ rle: RLE, label: null }));

  expect(deed.sets).toEqual(["rle", "label"]);
  expect(JSON.stringify(deed)).not.toContain("counts");
});

test("every kind of operation has its words", () => {
  const words = (operation: Operation): string => deedWords(deedOf(operation));
  const verdict = { id: "o", kind: "verdict", proposal: "p" } as const;

  expect(words({ id: "o", kind: "create", mask: "m", label: 1, rle: RLE })).toBe("New mask");
  expect(words(revise({ rle: RLE, label: 2 }))).toBe("Outline and label changed");
  expect(words(revise({ parent: null }))).toBe("Place in the tree changed");
  expect(words(revise({}))).toBe("Mask saved again");
  expect(words({ id: "o", kind: "delete", mask: "m" })).toBe("Mask deleted");
  expect(words({ ...verdict, verdict: "not_sure" })).toBe("Proposal left to somebody else");
});

test("a save is told by the version and the revision that the server answered with", () => {
  const outcome = savedAs(revise({ label: 1 }), 12, [
    { id: "other", revision: 9 },
    { id: "m", revision: 3 },
  ]);

  expect(standingWords(outcome)).toBe("Saved · image version 12 · mask revision 3");
});

test("what waits stands above what has ended, the newest first, and the file tells both", () => {
  const row = (id: string, refusal: string | null) => ({
    ...{ operation: { ...revise({ label: 1 }), id }, operation_id: id, image: 5, user: 1, refusal },
  });
  const ended = {
    ...{ operation_id: "c", user: 1, image: 5, deed: deedOf(revise({})) },
    ...{ made_at: 0, ended_at: 1000, outcome: { kind: "moot" } as const },
  };

  const entries = entriesOf([row("a", "no such mask"), row("b", null)], [ended]);
  const file = JSON.parse(fileOf(entries, "ada"));

  expect(entries.map(({ id, standing }) => [id, standing.kind])).toEqual([
    ["b", "waiting"],
    ["a", "refused"],
    ["c", "moot"],
  ]);
  expect(file.operations).toMatchObject([
    { id: "b", outcome: "waiting", ended_at: null },
    { id: "a", outcome: "refused", reason: "no such mask" },
    { id: "c", made_at: "1970-01-01T00:00:00.000Z", ended_at: "1970-01-01T00:00:01.000Z" },
  ]);
});
