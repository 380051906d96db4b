import { expect, test } from "vitest";
import type { ArmEffort, EffortFigure, Round } from "@/api/types";
import { columnsOf, verdictWord } from "@/pages/rounds/roundColumns";
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

  expect(columns.map(({ title, cell }) => [title, cell(only).value, cell(only).of])).toEqual([
    ["CIDEr", "0.69", "28 images"],
    ["Words in common", "0.22", "28 images"],
    ["Descriptions", "1,200", ""],
    ["Edits per 100 words", "31", "1,200 descriptions"],
  ]);
});

test("what images alike came to is not told as what the model wrote", () => {
  const candidate = { cider: 0.42, f1: 0.2, images: 28, by: "neighbours" as const };
  const pretrained = round({ parts: [], metrics: { captions: { candidate } } });

  const [cider] = columnsOf([round({ parts: ["captions"] })]);

  expect(cider?.cell(pretrained)).toEqual({ value: "0.42", of: "of images alike, 28 images" });
});

test("each figure of masks stands with what it is of", () => {
  const candidate = {
    ...{ miou_1: 0.75, miou_3: 0.8, miou_5: 0.9, noc_85: 3.5, noc_90: 6, objects: 44 },
    ...{ ap_50: 0.8, ap_75: 0.6, ap_images: 7, labels: { masks: 40, right: 30, named: 9 } },
  } as unknown as NonNullable<Round["metrics"]["candidate"]>;
  const only = round({
    ...{ parts: ["masks"], masks: 1200, metrics: { candidate } },
    seconds: { value: 10.25, low: 9, high: 11.5, n: 1200 },
    untouched: { value: 0.5, low: null, high: null, n: 900 },
  });

  expect(columnsOf([only]).map(({ cell }) => Object.values(cell(only)))).toEqual([
    ["0.750", "44 objects"],
    ["3.50", "44 objects"],
    ["0.800", "7 images"],
    ["1,200", ""],
    ["10.3", "1,200 masks"],
    ["50 %", "900 proposals"],
    ["75 %", "40 masks"],
  ]);
});

test("what a promoted round left behind is told as not promoted", () => {
  const candidate = { miou_1: 0.75, objects: 44 } as NonNullable<Round["metrics"]["candidate"]>;
  const described = { cider: 0.7, f1: 0.2, images: 28, by: "captioner" as const };
  const metrics = { candidate, captions: { candidate: described }, passed: ["captions" as const] };
  const cellsOf = (state: Round["state"], passed = metrics.passed) => {
    const told = { ...metrics, passed };
    const only = { ...round({ parts: ["masks", "captions"], metrics: told }), state };
    return columnsOf([only]).map(({ title, cell }) => [title, cell(only).of]);
  };

  const promoted = new Map(cellsOf("promoted") as [string, string][]);
  const refused = new Map(cellsOf("refused") as [string, string][]);

  expect(promoted.get("IoU at 1 click")).toBe("not promoted, 44 objects");
  expect(promoted.get("CIDEr")).toBe("28 images");
  expect(refused.get("IoU at 1 click")).toBe("44 objects"); // its state says so
  const byHand = new Map(cellsOf("promoted", []) as [string, string][]);
  expect(byHand.get("IoU at 1 click")).toBe("44 objects"); // a manager promoted all of it
});

test("where labels alone passed, the round says so, and its figures of masks", () => {
  const labels = { masks: 40, right: 24, named: 20, named_right: 18 };
  const candidate = { miou_1: 0.75, objects: 44, labels } as NonNullable<
    Round["metrics"]["candidate"]
  >;
  const only = {
    ...round({ parts: ["masks"], metrics: { candidate, passed: ["labels" as const] } }),
    state: "promoted" as const,
  };

  const told = new Map(columnsOf([only]).map(({ title, cell }) => [title, cell(only).of]));

  expect(verdictWord(only)).toBe("Labels promoted");
  expect(told.get("IoU at 1 click")).toBe("not promoted, 44 objects");
  expect(told.get("Label accuracy")).toBe("40 masks");
  expect(verdictWord({ ...only, metrics: { passed: ["masks", "labels"] } })).toBeUndefined();
  expect(verdictWord({ ...only, metrics: { passed: ["masks"] } })).toBe("Masks promoted");
});

test("both are told where rounds train both, or where people make masks besides", () => {
  const captions = round({ parts: ["captions"] });
  const both = columnsOf([round({ parts: ["masks", "captions"] })]);

  expect(both).toHaveLength(10);
  expect(columnsOf([captions, round({ parts: [], masks: 3 })])).toEqual(both);
  expect(both.map(({ cell }) => cell(captions).value)).toEqual([
    ...["—", "—", "—", "0", "—", "—"],
    ...["—", "—", "0", "—"],
  ]);
});

test("whoever is not told what people spent sees the holdout's figures alone", () => {
  const told = { ...round({ parts: ["masks"] }), effort: null };

  expect(columnsOf([told]).map(({ title }) => title)).toEqual([
    "IoU at 1 click",
    "Clicks to 85 %",
    "AP50",
  ]);
});

interface Told {
  parts: Round["parts"];
  metrics?: Round["metrics"];
  masks?: number;
  shown?: ArmEffort;
  seconds?: EffortFigure;
  untouched?: EffortFigure;
}

function round({ parts, metrics = {}, masks = 0, shown = NO_ARM, ...figures }: Told): Round {
  return {
    parts,
    metrics,
    effort: {
      masks,
      seconds_per_mask: figures.seconds ?? null,
      accepted_untouched_share: figures.untouched ?? null,
      captions: { shown, control: NO_ARM },
    },
  } as unknown as Round;
}
