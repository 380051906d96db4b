import { afterEach, expect, test, vi } from "vitest";

const PAGE_SIZE = 3;

afterEach(() => vi.unstubAllGlobals());

/** A server with the history of a mask of seven revisions, and what was asked of it. */
async function serveHistory() {
  const asked: (string | null)[] = [];
  vi.stubGlobal("location", { origin: "http://anneal.test" });
  vi.stubGlobal("fetch", async ({ url }: Request) => {
    const cursor = new URL(url).searchParams.get("cursor");
    asked.push(cursor);
    const newest = Number(cursor ?? 7);
    const results = [newest, newest - 1, newest - 2]
      .filter((number) => number > 0)
      .map((number) => ({ number }));
    const rest = newest - PAGE_SIZE;
    return Response.json({ results, next: rest > 0 ? String(rest) : null });
  });
  vi.resetModules(); // the client keeps the address of the page it began on
  const { fetchRevisions } = await import("@/pages/annotate/api");
  return { asked, fetchRevisions };
}

test.each([
  [6, [null], 5],
  [4, [null, "4"], 2],
  [0, [null, "4", "1"], 1],
])("a history is read back to revision %i and no further", async (back_to, pages, oldest) => {
  const { asked, fetchRevisions } = await serveHistory();

  const found = await fetchRevisions("m", back_to);

  expect(asked).toEqual(pages);
  expect(found.map(({ number }) => number)).toEqual(
    Array.from({ length: 8 - oldest }, (_, index) => 7 - index),
  );
});
