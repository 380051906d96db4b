import { expect, test } from "vitest";
import type { Export, Project, Version } from "@/api/types";
import { manifestOffer, wordsOffers } from "@/pages/versions/exportFormats";
import { whyNone, withoutReplaced } from "@/pages/versions/exportWords";

const counts = { transcripts: 2, captions: 1, mask_captions: 0 } as Version["counts"];
const manager = { listeners: "manager", role: "manager" } satisfies Partial<Project>;

const exported = (format: Export["format"], state: Export["state"], is_expired = false) =>
  ({ format, state, is_expired }) as Export;

const offered = (said = counts, project: Pick<Project, "listeners" | "role"> = manager) =>
  wordsOffers(said, project).map(({ format, refusal }) =>
    refusal === null ? format : `no ${format}`,
  );

test("what people said leaves as texts, with where they pointed, and with their voices", () => {
  expect(offered()).toEqual(["descriptions", "narratives", "voices", "huggingface_voices"]);
});

test("the manifest is offered until there is an export of it, and again where one failed or expired", () => {
  expect(manifestOffer([exported("coco", "succeeded")])?.format).toBe("manifest");
  expect(manifestOffer([exported("manifest", "running")])).toBeNull();
  expect(manifestOffer([exported("manifest", "succeeded")])).toBeNull();
  expect(manifestOffer([exported("manifest", "failed")])?.format).toBe("manifest");
  expect(manifestOffer([exported("manifest", "succeeded", true)])?.format).toBe("manifest");
});

test("why an export cannot be downloaded is told, a voice that left first", () => {
  const why = (is_closed: boolean, is_expired: boolean) => whyNone({ is_closed, is_expired });

  expect(why(true, true)).toMatch(/^Deleted/);
  expect(why(false, true)).toMatch(/^Expired/);
  expect(why(false, false)).toMatch(/^Only members/);
});

test("what expired is not shown beside what was exported in its place", () => {
  const told = (format: "coco" | "yolo", is_expired: boolean, splits = ["train"]) => ({
    ...{ format, is_expired, options: { splits }, is_closed: false },
  });
  const [again, expired, other] = [told("coco", false), told("coco", true), told("yolo", true)];
  const part = told("coco", true, ["val"]);

  expect(withoutReplaced([again, expired, other, part])).toEqual([again, other, part]);
  expect(withoutReplaced([expired, again])).toEqual([expired, again]);
});

test("voices are for those whom the project lets hear them", () => {
  const voices = (listeners: Project["listeners"], role: Project["role"]) =>
    offered(counts, { listeners, role }).includes("voices");

  expect(voices("nobody", "manager")).toBe(false);
  expect(voices("manager", "reviewer")).toBe(false);
  expect(voices("reviewer", "reviewer")).toBe(true);
  expect(voices("reviewer", "manager")).toBe(true);
});

test("a version in which nothing was said says so at each of them", () => {
  const silent = { ...counts, transcripts: 0, captions: 0 };

  const voiced = ["no narratives", "no voices", "no huggingface_voices"];
  expect(offered(silent)).toEqual(["no descriptions", ...voiced]);
  expect(offered({ ...silent, captions: 1 })).toEqual(["descriptions", ...voiced]);
});
