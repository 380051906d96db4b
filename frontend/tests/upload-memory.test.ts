import { expect, test } from "vitest";
import { forgetOldUploads, memoryIn } from "@/upload/memory";

const DAY_MS = 86_400_000;
const KEY = "anneal.upload.1.a.png.4.1";

/** A browser's storage, with whatever anything wrote there. */
class Shelf {
  readonly rows = new Map<string, string>();
  isFull = false;
  key = (at: number) => [...this.rows.keys()][at] ?? null;
  getItem = (key: string) => this.rows.get(key) ?? null;
  removeItem = (key: string) => void this.rows.delete(key);

  get length(): number {
    return this.rows.size;
  }

  setItem(key: string, value: string): void {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.rows.set(key, value);
  }
}

test("what was begun is there again after a reload, until it is forgotten", () => {
  const shelf = new Shelf();
  const upload = { id: "u", parts: [{ number: 1, etag: "e" }] };

  memoryIn(shelf).save(KEY, upload);
  expect(memoryIn(shelf).load(KEY)).toMatchObject(upload);
  memoryIn(shelf).forget(KEY);

  expect(memoryIn(shelf).load(KEY)).toBeNull();
});

test("a browser without room stops no upload", () => {
  const shelf = new Shelf();
  shelf.isFull = true;

  memoryIn(shelf).save(KEY, { id: "u", parts: [] });

  expect(memoryIn(shelf).load(KEY)).toBeNull();
});

test("uploads that nobody went on with for a month are forgotten, and nothing else", () => {
  const shelf = new Shelf();
  memoryIn(shelf).save(KEY, { id: "u", parts: [] });
  shelf.rows.set("another", "x");

  forgetOldUploads(shelf, Date.now() + 29 * DAY_MS);
  expect(shelf.length).toBe(2);
  forgetOldUploads(shelf, Date.now() + 31 * DAY_MS);

  expect([...shelf.rows.keys()]).toEqual(["another"]);
});
