import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

beforeEach(() => vi.resetModules()); // another page

afterEach(() => vi.unstubAllGlobals());

async function openTwice(persist?: () => Promise<boolean>): Promise<void> {
  vi.stubGlobal("navigator", { storage: persist && { persist } });
  const { OutboxDatabase } = await import("@/editor/outbox-db");
  for (const db of [await OutboxDatabase.open(), await OutboxDatabase.open()]) db.close();
}

test("a page asks once that unsent work may stay", async () => {
  const persist = vi.fn(() => Promise.resolve(true));
  await openTwice(persist);

  expect(persist).toHaveBeenCalledOnce();
});

test("a browser that refuses, fails or cannot keep it takes work all the same", async () => {
  await openTwice(() => Promise.resolve(false));
  vi.resetModules();
  await openTwice(() => Promise.reject(new Error("no")));
  vi.resetModules();
  await openTwice();
});
