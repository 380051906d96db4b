import { expect, test } from "vitest";
import type { ArmEffort, Round } from "@/api/types";
import { columnsOf } from "@/pages/rounds/roundColumns";
import { NO_ARM } from "./arms";

test("rounds of masks tell of masks, and so does a table without rounds", () => {
  const titles = columnsOf([round({ parts: ["masks"] })]).map(({ title }) => title);

  expect(titles).toContain("IoU at 1 click");
  expect(titles).not.toContain("CIDEr");
  expect(columnsOf([]).map(({ title }) => title)).toEqual(titles);
});

test("rounds of descriptions tell of descriptions alone", () => {
  const candidate = { cider: 0.691, f1: 0.224, images: 28, by: "captioner" as const };
  const shown = { ...NO_ARM, captions: 1200, edits_per_100_words: 31.4 };
  const only = round({ parts: ["captions"], metrics: { captions: { candidate } }, shown });

  const columns = columnsOf([only]);

  expect(columns.map(({ title, cell }) => `${title}: ${cell(only)}`)).toEqual([
    "CIDEr: 0.69",
    "Words in common: 0.22",
    "Descriptions: 1,200",
    "Edits per 100 words: 31",
  ]);
});

test("both are told where rounds train both, or where people make masks besides", () => {
  const captions = round({ parts: ["captions"] });
  const both = columnsOf([round({ parts: ["masks", "captions"] })]);

  expect(both).toHaveLength(10);
  expect(columnsOf([captions, round({ parts: [], masks: 3 })])).toEqual(both);
  expect(both.map(({ cell }) => cell(captions))).toEqual([
    ...["—", "—", "—", "0", "—", "—"],
    ...["—", "—", "0", "—"],
  ]);
});

interface Told {
  parts: Round["parts"];
  metrics?: Round["metrics"];
  masks?: number;
  shown?: ArmEffort;
}

function round({ parts, metrics = {}, masks = 0, shown = NO_ARM }: Told): Round {
  return {
    parts,
    metrics,
    effort: {
      masks,
      seconds_per_mask: null,
      accepted_untouched_share: null,
      captions: { shown, control: NO_ARM },
    },
  } as unknown as Round;
}
