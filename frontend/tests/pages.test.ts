import { expect, test } from "vitest";
import type { Job, Project, Round } from "@/api/types";
import {
  formatAbout,
  formatAgo,
  formatBytes,
  formatClock,
  formatDaysLeft,
  formatDuration,
  plural,
} from "@/components/format";
import { jobPhase, jobYield } from "@/components/jobWords";
import { numberError, renamed } from "@/components/numbers";
import { returnedWords } from "@/components/returnedWords";
import { agreementWords } from "@/pages/overview/agreementWords";
import { maskWords, sharesOf, toAnnotateWords } from "@/pages/overview/countWords";
import { cardsOf, QUEUE_WORDS, queueAddress, queuesOf } from "@/pages/overview/queueWords";
import { nextStep } from "@/pages/overview/steps";
import { beginning } from "@/pages/rounds/effortWords";
import { changeOf, formatChange } from "@/pages/rounds/figures";
import {
  descriptionsAreJudgedBy,
  lastTook,
  learnsFrom,
  masksAreJudgedBy,
} from "@/pages/rounds/retrainWords";
import { IDLE_JOB } from "./idle-job";

const COUNTS = {
  images: 30,
  todo: 12,
  done: 18,
  returned: 0,
  reviewed: 0,
  holdout: 3,
  holdout_finished: 2,
  embedded: 30,
  proposals_pending: 90,
  masks: 200,
  masks_finished: 180,
  masks_to_learn: 150,
  recordings: 0,
};

const PROJECT: Project = {
  id: 1,
  name: "Nuclei",
  description: "",
  role: "manager",
  overlap: 1,
  overlap_share: 1,
  holdout_share: 0.1,
  holdout_people: 1,
  caption_control_share: 0.2,
  without_proposals_share: 0.1,
  previous_bundle_share: 0.1,
  candidate_bundle_share: 0.1,
  plan: "whole",
  next_by: "import",
  listeners: "nobody",
  voice_days: null,
  retrain_after_images: null,
  retrain_every_hours: null,
  retrain_at_price: null,
  auto_accept_precision: null,
  labels: [{ id: 1, name: "nucleus", color: "#4dabf7", attributes: [], deleted: false }],
  counts: COUNTS,
  serving: null,
  finished_since_round: 4,
  news: {
    ...{ masks: 4, captions: 0, all_masks: 4, all_captions: 0 },
    has_caption_models: true,
  },
  returned: [],
  agreement: null,
  holdout_agreement: null,
  deleted_at: null,
};

const running = (kind: Job["kind"]): Job => ({ ...IDLE_JOB, kind, state: "running" });

test("the next step follows the loop", () => {
  const empty = { ...PROJECT, counts: { ...COUNTS, images: 0 } };
  const raw = { ...PROJECT, counts: { ...COUNTS, embedded: 0 } };
  const finished = { ...PROJECT, counts: { ...COUNTS, todo: 0 } };

  const steps = [
    nextStep(empty, []),
    nextStep({ ...PROJECT, labels: [] }, []),
    nextStep(raw, []),
    nextStep(raw, [running("prepare_images")]),
    nextStep(PROJECT, []),
    nextStep({ ...PROJECT, finished_since_round: 20 }, []),
    nextStep(finished, []),
    nextStep(finished, [running("run_round")]),
    nextStep({ ...finished, finished_since_round: 0 }, []),
  ];

  expect(steps).toEqual([
    "import",
    "add-labels",
    "prepare",
    "watch-preparation",
    "annotate",
    "retrain",
    "retrain",
    "watch-round",
    "export",
  ]);
});

test("an annotator is never sent to do what only managers may", () => {
  const annotator: Project = { ...PROJECT, role: "annotator", finished_since_round: 30 };

  expect(nextStep(annotator, [])).toBe("annotate");
  expect(nextStep({ ...annotator, counts: { ...COUNTS, images: 0 } }, [])).toBe("wait-for-images");
  expect(nextStep({ ...annotator, counts: { ...COUNTS, embedded: 0 } }, [])).toBe("annotate");
  expect(nextStep({ ...annotator, counts: { ...COUNTS, todo: 0 } }, [])).toBe("rest");
});

test("reviewers are sent to what waits for them, managers once the loop has turned", () => {
  const reviewer: Project = { ...PROJECT, role: "reviewer", finished_since_round: 30 };
  const turned = { ...PROJECT, finished_since_round: 0, counts: { ...COUNTS, todo: 0 } };

  expect([nextStep(reviewer, [], 2), nextStep(reviewer, [], 0)]).toEqual(["review", "annotate"]);
  expect([nextStep(PROJECT, [], 2), nextStep(turned, [], 2)]).toEqual(["annotate", "review"]);
});

test("what was returned to a person comes before all else, whoever they are", () => {
  const returned = { ...PROJECT, returned: [7, 5], finished_since_round: 20 };

  expect(nextStep(returned, [])).toBe("mend");
  expect(nextStep({ ...returned, role: "reviewer" }, [], 2)).toBe("mend");
  expect([1, 2].map(returnedWords)).toEqual([
    "1 image was returned to you",
    "2 images were returned to you",
  ]);
});

test("the queues are the plan's, and that of reviews for who reviews", () => {
  const of = (plan: Project["plan"], role: Project["role"]) =>
    queuesOf({ plan, role }).map(({ queue }) => queue);

  expect(of("whole", "annotator")).toEqual([]);
  expect(of("whole", "reviewer")).toEqual(["review"]);
  expect(of("queues", "annotator")).toEqual(["verify", "complete", "correct"]);
  expect(of("queues", "manager")).toEqual(["verify", "complete", "correct", "review"]);
});

test("what the next step says already has no card below", () => {
  const queues = queuesOf({ plan: "queues", role: "reviewer" });
  const shown = cardsOf(queues, "review").map(({ queue }) => queue);

  expect(shown).toEqual(["verify", "complete", "correct"]);
  expect(cardsOf(queues, "annotate")).toEqual(queues);
});

test("a change is signed, and unknown where a figure is missing", () => {
  expect(changeOf(0.5, 0.62)).toBeCloseTo(0.12);
  expect(changeOf(null, 0.4)).toBeNull();
  expect(changeOf(0.4, undefined)).toBeNull();
  expect([0.12, -1.5, 0].map((change) => formatChange(change, 2))).toEqual([
    "+0.12",
    "−1.50",
    "±0.00",
  ]);
});

test("sizes, lengths and times are written for people", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");

  expect([999, 18_500, 2_300_000].map(formatBytes)).toEqual(["999 B", "18.5 kB", "2.3 MB"]);
  expect(formatClock(75.9)).toBe("1:15");
  expect([9.9, 250, 3840].map(formatDuration)).toEqual(["9 s", "4 min 10 s", "1 h 4 min"]);
  expect([9.9, 59.6, 843, 3580].map(formatAbout)).toEqual(["10 s", "1 min", "14 min", "1 h 0 min"]);
  expect(plural(1, "image")).toBe("1 image");
  expect(plural(1200, "image")).toBe("1,200 images");
  expect(formatAgo("2026-01-01T23:57:00Z", now)).toBe("3 minutes ago");
  expect(formatAgo("2026-01-01T23:59:40Z", now)).toBe("just now");
});

test("the trash says how long it still keeps something", () => {
  const now = Date.parse("2026-03-31T12:00:00Z");

  expect(formatDaysLeft("2026-03-31T11:00:00Z", now)).toBe("30 days left");
  expect(formatDaysLeft("2026-03-11T12:00:00Z", now)).toBe("10 days left");
  expect(formatDaysLeft("2026-03-01T13:00:00Z", now)).toBe("last day");
});

test("a live job says what it is at, an ended one how much it did", () => {
  const preparing = running("prepare_images");
  const prepared: Job = { ...preparing, state: "succeeded", progress_total: 3 };

  expect(jobPhase({ ...preparing, state: "queued" })).toBe("Waits for its turn.");
  expect(jobPhase(preparing)).toBe("Starting…");
  const told = { ...preparing, message: "Proposing masks", cancel_requested: true };
  expect(jobPhase(told)).toBe("Cancelled: it stops at its next step.");
  expect(jobPhase({ ...preparing, message: "Proposing masks" })).toBe("Proposing masks");
  expect(jobYield(prepared)).toBe("3 images");
  expect(jobYield({ ...prepared, state: "failed" })).toBe("");
  expect(jobYield({ ...prepared, kind: "transcribe" })).toBe("");
});

test("an empty number field is refused, not read as zero", () => {
  expect(numberError("", 0, 90)).toBe("Enter a number from 0 to 90");
  expect(numberError(91, 0, 90)).toBe("Enter a number from 0 to 90");
  expect(numberError(0, 0, 90)).toBeNull();
  expect(numberError("", 1, Number.POSITIVE_INFINITY)).toBe("Enter a number of at least 1");
});

test("an error of the server finds the field that the form calls otherwise", () => {
  const errors = { holdout_share: "Too large.", name: "Taken." };

  expect(renamed(errors, { holdout_share: "holdout" })).toEqual({
    holdout: "Too large.",
    name: "Taken.",
  });
});

test("masks are shared out among the images that they are on", () => {
  expect(maskWords(COUNTS)).toBe("10.0 for each of 18 finished images");
  expect(maskWords({ ...COUNTS, masks_finished: 0 })).toBe("Drawn or accepted by people");
});

test("images that came back are named apart from those to do", () => {
  const counts = { ...COUNTS, todo: 11, returned: 1 };

  expect(sharesOf(counts).map(({ words }) => words)).toEqual(["18 done", "1 returned", "11 to do"]);
  expect(toAnnotateWords(counts)).toBe("12 images to annotate, 1 of them returned");
  expect(toAnnotateWords(COUNTS)).toBe("12 images to annotate");
});

test("effort that nobody measured is left out", () => {
  const point = { round: "Pretrained", of: "9 masks on 2 images", seconds: 12.94, clicks: null };

  expect(beginning(point)).toMatch(
    /^Pretrained: 12.9 seconds a mask \(9 masks on 2 images\)\. The/,
  );
  expect(beginning({ ...point, clicks: 2 })).toMatch(/^Pretrained: 12.9 seconds and 2.0 clicks a /);
  expect(beginning({ ...point, seconds: null })).toMatch(/^The curve begins with the second/);
});

test("who retrains reads first what the round learns from", () => {
  expect(learnsFrom(PROJECT)).toBe("Trains on 16 finished images, 4 of them new, with 150 masks.");
  expect(learnsFrom({ ...PROJECT, finished_since_round: 16 })).toBe(
    "Trains on 16 finished images, with 150 masks.",
  );
});

test("who retrains reads first whether the holdout can judge the result", () => {
  const outlook = {
    ...({ part: "masks", has_news: true, wanted: 20, most_of_one: 5 } as const),
    ...{ others: [], words: "" },
  };
  const judged = (there: number, images: number) =>
    masksAreJudgedBy({ ...outlook, there, images, is_enough: there >= 20 });
  const described = (there: number) => ({ ...outlook, there, images: there, is_enough: there > 9 });

  expect(judged(0, 0)).toContain("nothing can judge the result");
  expect(judged(7, 2)).toMatch(
    /^Judged on 7 objects of 2 fin.*, at most 5 of each: .* not promoted/,
  );
  expect(judged(20, 4)).toMatch(/^Judged on 20 objects of 4 .*; a better model is promoted/);
  expect(
    masksAreJudgedBy({
      ...{ ...outlook, there: 20, images: 4, is_enough: true },
      others: ["Cells cannot judge it."],
    }),
  ).toMatch(/^Judged on 20 .* promoted by itself\. Cells cannot judge it\.$/);
  expect(descriptionsAreJudgedBy({ ...described(9), wanted: 10 })).toMatch(/than 10 are too few/);
  expect(descriptionsAreJudgedBy({ ...described(10), wanted: 10 })).toMatch(/; better desc/);
});

test("the time of the newest round that went all the way is known", () => {
  const round = (number: number, state: string, finished_at: string | null) => {
    const job = { started_at: "2026-01-01T00:00:00Z", finished_at };
    return { id: number, number, state, created_at: "2025-12-31T00:00:00Z", job } as Round;
  };
  const cancelled = round(3, "cancelled", "2026-01-01T00:00:01Z");
  const whole = round(2, "refused", "2026-01-01T00:04:10Z");

  expect(lastTook([cancelled, whole])).toBe("Round 2 took 4 min 10 s.");
  expect(lastTook([cancelled])).toBeNull();
});

test("agreement is told with what it was measured on", () => {
  const shares = { mean_iou: 0.874, same_label_share: 1, matched_share: 0.5 };
  const none = { mean_iou: null, same_label_share: null, matched_share: 0 };

  expect(agreementWords({ images: 2, objects: 3, masks: 12, ...shares })).toBe(
    "Mean IoU of 3 objects on 2 images that two did; 50 % of 12 masks in both, 100 % of the objects under one label",
  );
  expect(agreementWords({ images: 1, objects: 0, masks: 4, ...none })).toBe(
    "No object in common on 1 image that two did",
  );
});

test("each queue has its key and its address", () => {
  expect(new Set(QUEUE_WORDS.map(({ key }) => key)).size).toBe(4);
  expect(queueAddress(3, "verify")).toMatchObject({ to: "/projects/$projectId/verify" });
  expect(queueAddress(3, "correct")).toMatchObject({
    to: "/projects/$projectId/annotate",
    params: { projectId: "3" },
    search: { queue: "correct" },
  });
});
