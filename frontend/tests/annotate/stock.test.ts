import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, type MockInstance, test, vi } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import { Copies } from "@/offline/copies";
import * as objects from "@/offline/kept-objects";
import type { ImageDetail } from "@/pages/annotate/api";
import { type Filling, Stock } from "@/pages/annotate/stock/stock";
import { endWords, fillingWords } from "@/pages/annotate/stock/stock-words";
import { type FakeApi, fakeApi } from "./fake-api";

const WHOSE = { user: 7, project: 1, queue: "complete" } as const;
let api: FakeApi;
let fetchBlob: MockInstance<typeof objects.fetchBlob>;
let copies: Copies;
let stock: Stock;

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  api = fakeApi();
  copies = new Copies("few", 1, 1);
  stock = new Stock(copies);
  api.fetchUpcoming.mockResolvedValue([2, 3, 4]);
  api.fetchImage.mockImplementation(async (image) => detailOf(image));
  fetchBlob = vi.spyOn(objects, "fetchBlob").mockImplementation(async () => new Blob(["1234"]));
});

afterEach(() => vi.restoreAllMocks());

function detailOf(id: number, more: Partial<ImageDetail> = {}): ImageDetail {
  return {
    ...{ id, project: 1, status: "todo", people: 1, display_url: `http://store/${id}?by=me` },
    embedding: { url: `http://store/${id}.f16?by=me`, encoder_digest: "e" },
    bundle: { id: "b", encoder_digest: "e", decoder_url: "/decoder.onnx" },
    ...more,
  } as ImageDetail;
}

async function taken(): Promise<number[]> {
  return (await copies.stockOf(7)).map(({ image }) => image);
}

test("the next images of a queue are taken along whole, more than a device keeps by itself", async () => {
  await stock.fill(WHOSE);

  expect(api.fetchUpcoming).toHaveBeenCalledWith(1, { queue: "complete", count: 20 });
  expect(stock.filling.get()).toMatchObject({ of: 3, seen: 3, here: 3, bytes: 28, end: "done" });
  expect(await taken()).toEqual([2, 3, 4]);
  const kept = await copies.images(7, 1);
  expect(kept.map(({ image, queue, claim }) => [image, queue, claim]).sort()).toEqual(
    [2, 3, 4].map((image) => [image, "complete", null]),
  );
  for (const { detail } of kept) {
    for (const url of [detail.display_url, detail.embedding?.url, detail.bundle?.decoder_url]) {
      expect(await copies.hasObject(url ?? "")).toBe(true);
    }
  }
  expect(fetchBlob).toHaveBeenCalledTimes(7); // the decoder once
});

test("an image that one works on keeps its place", async () => {
  const claim = { id: 9, image: 3, slot: 0, stint: 2, lease_until: "" };
  await copies.keepImage({
    ...{ user: 7, image: 3, detail: detailOf(3), claim, queue: "complete" },
    ...{ wasOpened: true, kept_ms: 1 },
  });

  await stock.fill(WHOSE);

  expect(await copies.image(7, 3)).toMatchObject({ claim, wasOpened: true });
});

test("stopped, it leaves what is here, and filled anew, what comes next", async () => {
  api.fetchImage.mockImplementation(async (image, signal) => {
    if (image === 3) stock.stop();
    signal?.throwIfAborted();
    return detailOf(image);
  });

  await stock.fill(WHOSE);

  expect(stock.filling.get()).toMatchObject({ of: 3, seen: 1, here: 1, end: "stopped" });
  expect(await taken()).toEqual([2]);
  api.fetchImage.mockImplementation(async (image) => detailOf(image));
  api.fetchUpcoming.mockResolvedValue([4, 5]);
  await stock.fill(WHOSE);
  expect(await taken()).toEqual([4, 5]);
});

test("what others take part in, and what was deleted meanwhile, is passed over", async () => {
  api.fetchImage.mockImplementation(async (image) => {
    if (image === 2) throw new ProblemError(404, {});
    return detailOf(image, { people: image === 3 ? 2 : 1 });
  });

  await stock.fill(WHOSE);

  expect(stock.filling.get()).toMatchObject({ seen: 3, shared: 1, here: 1, end: "done" });
  expect(await taken()).toEqual([4]);
});

test("a full disk, a lost network and a fault end it, each by its name", async () => {
  const ends: unknown[] = [];
  const keep = copies.stock.bind(copies);
  const keeping = vi.spyOn(copies, "stock");
  const fill = async (): Promise<void> => {
    await stock.fill(WHOSE);
    const { end, here } = stock.filling.get() as Filling;
    ends.push([end, here]);
  };

  keeping.mockImplementation(async (copy, blobs) => {
    if (copy.image === 3) throw new DOMException("no room", "QuotaExceededError");
    await keep(copy, blobs);
  });
  await fill();
  fetchBlob.mockRejectedValue(new TypeError("Failed to fetch"));
  await fill();
  api.fetchUpcoming.mockRejectedValueOnce(new UnreachableError());
  await fill();
  fetchBlob.mockRejectedValue(new Error("The file store answered 403. Try again."));
  await fill();

  expect(ends).toEqual([
    ["full", 1],
    ["unreachable", 1],
    ["unreachable", 1],
    ["failed", 1],
  ]);
});

test("a person reads how far it is, how it ended and what to do", () => {
  const filling: Filling = {
    ...{ of: 20, seen: 20, shared: 2, here: 18, bytes: 52_300_000, end: "done", error: null },
  };
  const device = { reopens: true, room: null };
  const kept = "18 images (52.3 MB) are on this device.";

  expect(fillingWords({ ...filling, seen: 7 })).toBe("7 of 20 · 52.3 MB");
  expect(endWords(filling, device)).toBe(
    `${kept} Without a network, Next leads through them. They are not reserved: others may get them ` +
      "meanwhile. 2 more images for several people need the network.",
  );
  expect(endWords({ ...filling, shared: 0 }, { ...device, reopens: false })).toMatch(
    /Leave this page open: this browser cannot open it again without a network\.$/,
  );
  expect(endWords({ ...filling, here: 0, of: 0 }, device)).toBe(
    "No further image waits in this queue.",
  );
  expect(endWords({ ...filling, end: "stopped" }, device)).toBe(`Stopped. ${kept}`);
  const room = { used_bytes: 118_000_000, allowed_bytes: 120_000_000 };
  expect(endWords({ ...filling, end: "full" }, { ...device, room })).toBe(
    `There is no more room on this device. ${kept} The browser allows this site 120 MB, of which ` +
      "118 MB are used. Free some space on its disk, then try again.",
  );
  const error = new Error("The file store answered 403. Try again.");
  expect(endWords({ ...filling, end: "failed", error }, device)).toBe(`${error.message} ${kept}`);
});
