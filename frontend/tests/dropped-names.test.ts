import { expect, test } from "vitest";
import { keyOf } from "@/upload/memory";
import { nameOf, shownNames, sortDrop } from "@/upload/names";

/** A file as a drop zone hands it over. */
const dropped = (path: string, type = "") =>
  Object.assign(new File(["x"], path.split("/").at(-1) ?? "", { type, lastModified: 1 }), { path });

test("a file of a folder is called by its place there, one by itself by its name", () => {
  expect(nameOf(dropped("/slides/one/a.png"))).toBe("slides/one/a.png");
  expect(nameOf(dropped("./a.png"))).toBe("a.png");
  expect(nameOf(new File([], "a.png"))).toBe("a.png");
  const chosen = new File([], "a.png");
  Object.defineProperty(chosen, "webkitRelativePath", { value: "slides/a.png" });
  expect(nameOf(chosen)).toBe("slides/a.png");
});

test("of a name that is too long for the server the end counts", () => {
  const name = nameOf(dropped(`/${"deep/".repeat(200)}a.png`));

  expect(name).toHaveLength(500);
  expect(name).toMatch(/deep\/a\.png$/);
});

test("files of one name in two folders are two uploads", () => {
  const [one, other] = [dropped("/one/a.png"), dropped("/other/a.png")];

  expect(keyOf(1, one)).not.toBe(keyOf(1, other));
  expect(keyOf(1, dropped("./a.png"))).toBe(
    keyOf(1, new File(["x"], "a.png", { lastModified: 1 })),
  );
});

test("a folder of images is sent as it is", () => {
  const files = [dropped("/in/a.png"), dropped("/in/b/c.JPG"), dropped("/in/d", "image/webp")];

  expect(sortDrop(files)).toEqual({ images: files, others: [] });
});

test("what is no image in a folder is told and not sent", () => {
  const image = dropped("/in/images/a.png");
  const files = [image, dropped("/in/labels/a.txt", "text/plain"), dropped("/in/data.yaml")];

  const drop = sortDrop(files);

  expect(drop).toEqual({ images: [image], others: ["in/labels/a.txt", "in/data.yaml"] });
});

test("archives in a folder are sent, and hidden files are passed over", () => {
  const archive = dropped("/in/more.zip");
  const hidden = [dropped("/in/._a.png"), dropped("/in/.cache/b.png"), dropped("/in/.hidden")];

  expect(sortDrop([archive, ...hidden])).toEqual({ images: [archive], others: [] });
});

test("whatever is dropped by itself is sent, as a dataset may be one file", () => {
  const files = [dropped("./coco.json"), dropped("./cells.zip"), dropped("./boxes.csv")];

  expect(sortDrop(files)).toEqual({ images: files, others: [] });
});

test("the first few names are told, and how many more there are", () => {
  expect(shownNames(["a", "b"])).toBe("a, b");
  expect(shownNames(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});
