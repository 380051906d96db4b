import { plural } from "@/components/format";

/** What a format cannot hold, by trait: how much of it there is. */
export type Losses = Readonly<Record<string, number>>;

/** In a sentence, the gravest first; the count is of what has the trait. */
const WORDS: Readonly<Record<string, (count: number) => string>> = {
  masks: (n) => `${plural(n, "mask")}: boxes take their place`,
  boxes: (n) => `${plural(n, "box", "boxes")} without a mask`,
  overlaps: (n) => `${plural(n, "mask")} under others: what is covered is lost`,
  instances: (n) => `${plural(n, "mask")} of one label on one image become one`,
  empty: (n) => `${plural(n, "image")} without masks`,
  labels: (n) => `the labels of ${plural(n, "mask")}`,
  parents: (n) => `that ${plural(n, "mask")} ${n === 1 ? "is part" : "are parts"} of others`,
  attributes: (n) => `the attributes of ${plural(n, "mask")}`,
  mask_captions: (n) => `the captions of ${plural(n, "mask")}`,
  captions: (n) => `the captions of ${plural(n, "image")}`,
  splits: (n) => `the split of ${plural(n, "image")}`,
  groups: (n) => `the group of ${plural(n, "image")}`,
  crowds: (n) => `that ${plural(n, "mask")} ${n === 1 ? "is a crowd" : "are crowds"}`,
  depths: (n) => `the order of ${plural(n, "mask")}`,
  estimates: (n) => `the model's estimates of ${plural(n, "mask")}`,
};
/** What whoever trains does not miss; said in one line. */
const RECORDS: Readonly<Record<string, string>> = {
  ids: "ids of masks",
  origins: "who made a mask, and when",
  digests: "digests of images",
};

export function lossLines(losses: Losses): string[] {
  return Object.entries(WORDS).flatMap(([trait, words]) => {
    const count = losses[trait];
    return count ? [words(count)] : [];
  });
}

/** The records that are left out, or "" where all are held. */
export function recordsLost(losses: Losses): string {
  const told = Object.entries(RECORDS).flatMap(([trait, words]) => (losses[trait] ? [words] : []));
  return told.join("; ");
}
