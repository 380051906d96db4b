import { expect, test } from "vitest";
import type { Export, Project, Version } from "@/api/types";
import { offersOf } from "@/pages/versions/exportFormats";

const counts = { transcripts: 2, captions: 1, mask_captions: 0 } as Version["counts"];
const manager = { listeners: "manager", role: "manager" } satisfies Partial<Project>;

const exported = (format: Export["format"], state: Export["state"]) =>
  ({
    format,
    state,
    job: { finished_at: state === "running" ? null : "2026-11-27T12:00:00Z" },
  }) as Export;

const offered = (
  exports: Export[],
  project: Pick<Project, "listeners" | "role"> = manager,
  said = counts,
) =>
  offersOf({ exports, counts: said }, project).map(({ format, refusal }) =>
    refusal === null ? format : `no ${format}`,
  );

test("a format is offered until there is an export of it, and again where one failed", () => {
  expect(offered([])).toEqual(["descriptions", "narratives", "voices", "manifest"]);
  expect(offered([exported("coco", "running"), exported("descriptions", "succeeded")])).toEqual([
    "narratives",
    "voices",
    "manifest",
  ]);
  expect(offered([exported("descriptions", "failed")])[0]).toBe("descriptions");
});

test("voices can be exported again, as others may agree by then, but not twice at once", () => {
  expect(offered([exported("voices", "succeeded")])).toContain("voices");
  expect(offered([exported("voices", "running")])).not.toContain("voices");
});

test("voices are for those whom the project lets hear them", () => {
  const voices = (listeners: Project["listeners"], role: Project["role"]) =>
    offered([], { listeners, role }).includes("voices");

  expect(voices("nobody", "manager")).toBe(false);
  expect(voices("manager", "reviewer")).toBe(false);
  expect(voices("reviewer", "reviewer")).toBe(true);
  expect(voices("reviewer", "manager")).toBe(true);
});

test("a version in which nothing was said says so at each of them, and has its manifest", () => {
  const silent = { ...counts, transcripts: 0, captions: 0 };

  expect(offered([], manager, silent)).toEqual([
    "no descriptions",
    "no narratives",
    "no voices",
    "manifest",
  ]);
  expect(offered([], manager, { ...silent, captions: 1 })[0]).toBe("descriptions");
});
