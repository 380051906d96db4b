import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, expect, test, vi } from "vitest";
import { Copies, type ImageCopy } from "@/offline/copies";
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
