import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test } from "vitest";
import { OutboxDatabase } from "@/editor/outbox-db";
import { Copies, type ImageCopy } from "@/offline/copies";
import { annotationsOf, detailWith, type ImageDetail } from "@/pages/annotate/api";
import { Provisions } from "@/pages/annotate/provisions";
import { maskRow, proposalRow, square } from "../editor/annotations";

const WHOSE = { user: 7, project: 1, queue: undefined };
let copies: Copies;
let db: OutboxDatabase;
let provisions: Provisions;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  copies = new Copies();
  db = await OutboxDatabase.open();
  provisions = new Provisions(copies, Promise.resolve(db), WHOSE);
});

async function keep(
  image: number,
  more: Partial<ImageCopy> = {},
  facts: Partial<ImageDetail> = {},
) {
  const detail = {
    ...{ id: image, project: 1, status: "todo", people: 1, display_url: `http://store/${image}` },
    ...facts,
  } as ImageDetail;
  await copies.keepObject(detail.display_url, new Blob(["pixels"]));
  const plain = { claim: null, queue: null, wasOpened: false };
  await copies.keepImage({ ...{ user: 7, image, detail, kept_ms: image }, ...plain, ...more });
}

test("a page goes on with the image that was open last, and a person with the next one", async () => {
  await keep(3, { wasOpened: true, kept_ms: 30 });
  await keep(2, { wasOpened: true, kept_ms: 20 });
  await keep(6);
  await keep(5);

  expect((await provisions.best(undefined))?.image).toBe(3);
  expect((await provisions.best(3))?.image).toBe(5);
});

test("what was returned comes before other images, as the server gives them", async () => {
  await keep(4, { wasOpened: true });
  await keep(5);
  await keep(6, { wasOpened: true }, { status: "returned" });

  expect((await provisions.best(3))?.image).toBe(6);
  expect((await provisions.best(6))?.image).toBe(5);
});

test("what is done, of another queue, for several people or without pixels here is not the next", async () => {
  await keep(2, {}, { status: "done" });
  await keep(3, { queue: "correct" });
  await keep(4, {}, { people: 2 });
  await keep(5);
  await db.addEnding({
    ...{ user: 7, image: 5, project: 1, queue: null, place: null, active_s: 3 },
    isForCompletion: false,
  });
  const detail = { id: 6, project: 1, status: "todo", people: 1, display_url: "http://store/none" };
  await copies.keepImage({
    ...{ user: 7, image: 6, detail: detail as ImageDetail, claim: null, queue: null },
    ...{ wasOpened: false, kept_ms: 6 },
  });

  expect(await provisions.best(1)).toBeUndefined();
});

test("a copy of an image shows what was on it", () => {
  const empty = { slot: 0, masks: [], proposals: [] } as unknown as ImageDetail;
  const masks = [
    maskRow("a", square(2, 6, 4)),
    { ...maskRow("b", square(3, 5, 4)), isDeleted: true },
  ];
  const proposals = [
    proposalRow("p", square(1, 4, 4), 0.9),
    { ...proposalRow("q", square(1, 4, 4), 0.9), state: "rejected" as const },
  ];

  const copy = detailWith(empty, 9, {
    masks: new Map(masks.map((row) => [row.id, row])),
    proposals: new Map(proposals.map((row) => [row.id, row])),
  });

  expect(copy.version).toBe(9);
  const shown = annotationsOf(copy);
  expect([...shown.masks.values()]).toEqual([masks[0]]);
  expect([...shown.proposals.values()]).toEqual([proposals[0]]);
});
