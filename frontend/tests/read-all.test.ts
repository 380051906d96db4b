import { expect, it } from "vitest";
import { type Page, readAll } from "@/api/pages";

it("follows a list to its end, asking for each page once", async () => {
  const pages: Record<string, Page<number>> = {
    start: { results: [1, 2], next: "a" },
    a: { results: [], next: "b" }, // a page may be empty, and others follow
    b: { results: [3], next: null },
  };
  const asked: (string | undefined)[] = [];

  const rows = await readAll(async (cursor) => {
    asked.push(cursor);
    return pages[cursor ?? "start"] as Page<number>;
  });

  expect(rows).toEqual([1, 2, 3]);
  expect(asked).toEqual([undefined, "a", "b"]);
});
