import { expect, it } from "vitest";
import type { DatasetImport } from "@/api/types";
import { formatChoices, mayBeReadAnew } from "@/pages/overview/datasets/formatChoices";

const COCO = { name: "coco", title: "COCO" };
const VOC = { name: "voc", title: "Pascal VOC" };
const YOLO = { name: "yolo", title: "YOLO" };
const IMAGES = { name: "images", title: "Images alone" };
const ALL = [COCO, VOC, YOLO];

function found(candidates: DatasetImport["candidates"], format = "", title = "") {
  return { candidates, format, title, state: "ready" as const };
}

it("offers every format with the one that was detected first, and marked", () => {
  expect(formatChoices(found([VOC], "voc", "Pascal VOC"), ALL)).toEqual([
    { value: "voc", label: "Pascal VOC (detected)" },
    { value: "coco", label: "COCO" },
    { value: "yolo", label: "YOLO" },
  ]);
});

it("marks those that it may be where that is not clear", () => {
  const labels = formatChoices(found([COCO, YOLO]), ALL).map(({ label }) => label);

  expect(labels).toEqual(["COCO (possible)", "YOLO (possible)", "Pascal VOC"]);
});

it("keeps the mark where the dataset was read as another, and offers the way back", () => {
  const choices = formatChoices(found([VOC], "coco", "COCO"), ALL);

  expect(choices[0]).toEqual({ value: "voc", label: "Pascal VOC (detected)" });
  expect(choices.map(({ value }) => value)).toContain("coco");
});

it("leaves images alone to their own button, and shows what was said by a command", () => {
  const choices = formatChoices(found([COCO, IMAGES], "yolo_detection", "YOLO boxes"), [COCO]);

  expect(choices).toEqual([
    { value: "yolo_detection", label: "YOLO boxes" },
    { value: "coco", label: "COCO (detected)" },
  ]);
});

it("lets a dataset be read anew until something of it came in", () => {
  const states = ["checking", "ready", "unreadable", "importing", "imported", "undone"] as const;

  expect(states.filter((state) => mayBeReadAnew({ ...found([COCO]), state }))).toEqual([
    "ready",
    "unreadable",
  ]);
});
