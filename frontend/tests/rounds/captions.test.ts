import { expect, test } from "vitest";
import type { CaptionFigures, Round } from "@/api/types";
import {
  armCells,
  comparedOn,
  describerName,
  isDescribed,
  partsWords,
  standInWords,
} from "@/pages/rounds/captions/captionWords";
import { partsOnOffer, tickedAtFirst } from "@/pages/rounds/retrainParts";
import { NO_ARM } from "./arms";

const NEWS = {
  ...{ masks: 12, captions: 1, all_masks: 30, all_captions: 20 },
  has_caption_models: true,
};

test("a round offers what has something new, with how much", () => {
  const offers = partsOnOffer({ news: NEWS });

  expect(offers.map(({ words }) => words)).toEqual([
    "12 images with new masks.",
    "1 image with new descriptions.",
  ]);
  expect(tickedAtFirst(offers)).toEqual(["masks", "captions"]);
});

test("a part that cannot be trained says why", () => {
  const none = { masks: 0, captions: 0, all_masks: 0, all_captions: 0 };
  const nothing = partsOnOffer({ news: { ...NEWS, ...none } });
  const missing = partsOnOffer({ news: { ...NEWS, has_caption_models: false } });

  expect(tickedAtFirst(nothing)).toEqual([]);
  expect(nothing.map(({ canTrain }) => canTrain)).toEqual([false, false]);
  expect(nothing[0]?.words).toContain("has a mask yet");
  expect(nothing[1]?.words).toContain("was described yet");
  expect(tickedAtFirst(missing)).toEqual(["masks"]);
  expect(missing[1]?.command).toBe("python -m engine.weights --captions");
});

test("a part without anything new can be trained again by who wants that", () => {
  const offers = partsOnOffer({ news: { ...NEWS, masks: 0 } });

  expect(tickedAtFirst(offers)).toEqual(["captions"]);
  expect(offers.map(({ canTrain }) => canTrain)).toEqual([true, true]);
  expect(offers[0]?.words).toBe(
    "Nothing new since they were last trained; it would learn from 30 images again.",
  );
});

test("what stands in for a model without descriptions is said in plain words", () => {
  const figures = (by: CaptionFigures["by"]) => ({ cider: 0.6, f1: 0.3, images: 28, by });

  expect(comparedOn(figures("captioner"), figures("captioner"))).toBe(
    "28 images that no model was trained on.",
  );
  expect(comparedOn(figures("captioner"), figures("neighbours"))).toContain(
    "what people said of the five images most alike",
  );
});

test("of two models the one that cannot write is told, and its column named by what stands there", () => {
  const figures = (by: CaptionFigures["by"]) => ({ cider: 0.6, f1: 0.3, images: 28, by });
  const [alike, written] = [figures("neighbours"), figures("captioner")];

  const told = standInWords([
    [alike, "Pretrained"],
    [written, "Round 1"],
    [undefined, "Round 2"],
  ]);

  expect(told).toHaveLength(1);
  expect(told[0]).toContain("Pretrained writes no descriptions");
  expect([alike, written, undefined].map((each) => describerName(each, "Pretrained"))).toEqual([
    "Images alike",
    "Pretrained",
    "Pretrained",
  ]);
});

test("each arm's effort has its figures, and a dash where there is none", () => {
  const shown = {
    captions: 1200,
    edits_per_100_words: 12.4,
    seconds_per_caption: 41,
    timed: 1200,
    accepted_untouched_share: 0.5,
  };

  expect(armCells(shown)).toEqual(["1,200", "12", "41 s", "50 %"]);
  expect(armCells({ ...shown, timed: 900 })[2]).toBe("41 s (of 900)");
  expect(armCells({ ...shown, accepted_untouched_share: null })[3]).toBe("—");
  expect(armCells(NO_ARM)).toEqual(["0", "—", "—", "—"]);
});

test("only rounds whose proposals were answered are compared", () => {
  const round = (shown: number) =>
    ({
      effort: { captions: { shown: { ...NO_ARM, captions: shown }, control: NO_ARM } },
    }) as Round;

  const untold = { effort: null } as Round;

  expect([round(0), round(1), untold].map(isDescribed)).toEqual([false, true, false]);
  expect(partsWords(["masks", "captions"])).toBe("masks and descriptions");
  expect(partsWords(["masks", "labels"])).toBe("masks");
  expect(partsWords(["labels", "captions"])).toBe("labels and descriptions");
});
