import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { OutboxDatabase } from "@/editor/outbox-db";

let db: OutboxDatabase;
const first = { id: 7, stint: 1 };
const second = { id: 7, stint: 2 };

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await OutboxDatabase.open();
});

test("the seconds of a stint outlive the page, and are no other stint's", async () => {
  await db.rememberActiveSeconds(first, 5);

  expect(await db.activeSeconds(first)).toBe(5);
  expect(await db.activeSeconds(second)).toBe(0);
  expect(await db.activeSeconds({ id: 8, stint: 1 })).toBe(0);
});

test("the next stint's seconds take the place of the last one's", async () => {
  await db.rememberActiveSeconds(first, 5);
  await db.rememberActiveSeconds(second, 2);

  expect(await db.activeSeconds(first)).toBe(0);
  expect(await db.activeSeconds(second)).toBe(2);
});

test("a stint that ends late leaves the seconds of the next one", async () => {
  await db.rememberActiveSeconds(second, 2);

  await db.forgetActiveSeconds(first);
  expect(await db.activeSeconds(second)).toBe(2);

  await db.forgetActiveSeconds(second);
  expect(await db.activeSeconds(second)).toBe(0);
});
