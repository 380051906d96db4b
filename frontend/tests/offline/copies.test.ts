import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { openDB } from "idb";
import { beforeEach, expect, test, vi } from "vitest";
import { bytesOf, Copies, type ImageCopy } from "@/offline/copies";
import type { ImageDetail } from "@/pages/annotate/api";

beforeEach(() => {
  globalThis.indexedDB = new IDBFactory();
  vi.restoreAllMocks();
});

function copy(image: number, more: Partial<ImageCopy> = {}): ImageCopy {
  const detail = { id: image, project: 1, file_name: `${image}.png` } as ImageDetail;
  return {
    ...{ user: 7, image, detail, claim: null, queue: null, wasOpened: false, kept_ms: image },
    ...more,
  };
}

test("what was kept is there for the next page, whoever signed its address", async () => {
  const page = new Copies();
  await page.keepAnswer("/api/projects/1", { id: 1, name: "Cells" });
  await page.keepImage(copy(4));
  await page.keepObject("http://store/a/1?X-Amz-Signature=one", new Blob(["pixels"]));

  const next = new Copies();

  expect(await next.answer("/api/projects/1")).toEqual({ id: 1, name: "Cells" });
  expect(await next.image(7, 4)).toEqual(copy(4));
  const object = await next.object("http://store/a/1?X-Amz-Signature=two");
  expect(await object?.text()).toBe("pixels");
});

test("of many images and objects those are kept that were used last", async () => {
  const page = new Copies("few", 2, 2);
  for (const image of [1, 2, 3]) await page.keepImage(copy(image));
  const used = vi.spyOn(Date, "now");
  for (const [at, name] of ["a", "b", "a", "c"].entries()) {
    used.mockReturnValue(at);
    await page.keepObject(`http://store/${name}`, new Blob([name]));
  }

  expect((await page.images(7, 1)).map(({ image }) => image)).toEqual([3, 2]);
  expect(await page.hasObject("http://store/a")).toBe(true);
  expect(await page.hasObject("http://store/b")).toBe(false);
  expect(await page.hasObject("http://store/c")).toBe(true);
});

test("what was taken along stays until it is done, however many come after it", async () => {
  const page = new Copies("few", 1, 1);
  const decoder = ["/decoder.onnx", new Blob(["ddd"])] as const;
  await page.stock(copy(1), new Map([["http://store/a?by=one", new Blob(["aa"])], decoder]));
  await page.stock(copy(2), new Map([["http://store/b", new Blob(["b"])], decoder]));
  for (const image of [3, 4]) await page.keepImage(copy(image));
  for (const name of ["e", "f"]) await page.keepObject(`http://store/${name}`, new Blob([name]));
  const kept = async (): Promise<string[]> => {
    const urls = [
      "http://store/a",
      "http://store/b",
      decoder[0],
      "http://store/e",
      "http://store/f",
    ];
    const are = await Promise.all(urls.map((url) => page.hasObject(url)));
    return urls.filter((_, index) => are[index]);
  };

  expect((await page.images(7, 1)).map(({ image }) => image)).toEqual([4, 2, 1]);
  expect(await kept()).toEqual(["http://store/a", "http://store/b", decoder[0], "http://store/f"]);
  expect(bytesOf(await page.stockOf(7))).toBe(6);
  await page.dropImage(7, 1);
  expect((await page.stockOf(7)).map(({ image }) => image)).toEqual([2]);
  await page.unstock(7);
  expect((await page.images(7, 1)).map(({ image }) => image)).toEqual([4]);
  expect(await kept()).toEqual(["http://store/f"]);
});

test("what an older release kept is still there", async () => {
  const old = await openDB("old", 1, {
    upgrade(db) {
      db.createObjectStore("answers", { keyPath: "path" });
      const images = db.createObjectStore("images", { keyPath: ["user", "image"] });
      images.createIndex("by_kept", "kept_ms");
      db.createObjectStore("objects", { keyPath: "name" });
      db.createObjectStore("uses", { keyPath: "name" }).createIndex("by_used", "used_ms");
    },
  });
  await old.put("images", copy(4));
  old.close();

  const page = new Copies("old");

  expect(await page.image(7, 4)).toEqual(copy(4));
  expect(await page.stockOf(7)).toEqual([]);
});

test("nobody is shown another person's images, and nothing is left once somebody else logs in", async () => {
  const page = new Copies();
  await page.keepImage(copy(4));
  await page.keepImage(copy(5, { user: 8 }));
  await page.keepAnswer("/api/session", { user: { username: "ada" } });
  await page.keepObject("http://store/a", new Blob(["a"]));

  expect((await page.images(8, 1)).map(({ image }) => image)).toEqual([5]);
  await page.forgetAll();

  expect(await page.image(7, 4)).toBeUndefined();
  expect(await page.answer("/api/session")).toBeUndefined();
  expect(await page.hasObject("http://store/a")).toBe(false);
});

test("what is still on its way when somebody logs out is not kept, and is if they could not", async () => {
  const page = new Copies();
  await page.keepImage(copy(4));

  const late = page.keepImage(copy(5));
  await page.leave();
  await Promise.all([late, page.keepImage(copy(6)), page.stock(copy(7), new Map())]);

  expect(await page.images(7, 1)).toEqual([]);
  expect(await page.stockOf(7)).toEqual([]);
  page.stay();
  await page.keepImage(copy(8));
  expect((await page.images(7, 1)).map(({ image }) => image)).toEqual([8]);
});

test("a browser that keeps nothing stops nothing", async () => {
  vi.stubGlobal("indexedDB", {
    open: () => {
      throw new DOMException("denied", "SecurityError");
    },
  });
  const page = new Copies();

  await page.keepImage(copy(4));

  expect(await page.image(7, 4)).toBeUndefined();
  expect(await page.images(7, 1)).toEqual([]);
  vi.unstubAllGlobals();
});
