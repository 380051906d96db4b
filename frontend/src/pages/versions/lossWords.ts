import { plural } from "@/components/format";

/** What a format cannot hold, by trait: how much of it there is. */
export type Losses = Readonly<Record<string, number>>;

/** In a sentence, the gravest first; the count is of what has the trait. */
const WORDS: Readonly<Record<string, (count: number) => string>> = {
  masks: (n) => `the shapes of ${plural(n, "mask")}`,
  boxes: (n) => `${plural(n, "box", "boxes")} without a mask`,
  overlaps: (n) => `${plural(n, "mask")} under others: what is covered is lost`,
  covered: (n) => `${plural(n, "mask")} of which nothing is seen, with all that is said of them`,
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
  uncaptioned: (n) =>
    `the labels of ${plural(n, "mask")} without a caption of ${n === 1 ? "its" : "their"} own`,
  raw_texts: (n) =>
    `${plural(n, "text")} as a model heard ${n === 1 ? "it" : "them"}, before a correction`,
  older_texts: (n) => `${plural(n, "text")} in whose place there is a newer one`,
  unspoken: (n) => `${plural(n, "image")} of which nobody said a word`,
  untold: (n) => `${plural(n, "image")} of which nothing was said or written`,
  file_names: (n) => `the names of ${plural(n, "image")}`,
};
/** Of what is held, but where other tools do not look: what differs from the words of a loss. */
const OWN_WORDS: typeof WORDS = {
  ...WORDS,
  masks: (n) => plural(n, "mask"),
  overlaps: (n) => `what is covered of ${plural(n, "mask")} under others`,
  covered: (n) => `${plural(n, "mask")} of which nothing is seen`,
  instances: (n) => `that ${plural(n, "mask")} of one label on one image are apart`,
  ids: (n) => `the ids of ${plural(n, "mask")}`,
  origins: (n) => `who made ${plural(n, "mask")}, and when`,
  digests: (n) => `the digests of ${plural(n, "image")}`,
};
/** What whoever trains does not miss; said in one line. */
const RECORDS: Readonly<Record<string, string>> = {
  takes: "what people said",
  ids: "ids of masks",
  origins: "who made a mask, and when",
  digests: "digests of images",
};

/** What the server cannot count before it is written. */
const UNCOUNTED: Readonly<Record<string, string>> = {
  instances: "masks of labels that get one name: on one image they become one",
};

export function lossLines(losses: Losses): string[] {
  return told(losses, WORDS);
}

/** What the chosen labels may lose beside what is counted. */
export function uncountedLines(traits: readonly string[]): string[] {
  return traits.map((trait) => UNCOUNTED[trait] ?? `more ${trait} than is counted`);
}

/** A sentence on what other tools pass over, or "" where they find all that is held. */
export function onlyAnneal(own: Losses | null): string {
  const lines = told(own ?? {}, OWN_WORDS);
  return lines.length > 0 ? `Only Anneal reads back: ${lines.join("; ")}.` : "";
}

function told(counts: Losses, all: typeof WORDS): string[] {
  return Object.entries(all).flatMap(([trait, words]) => {
    const count = counts[trait];
    return count ? [words(count)] : [];
  });
}

/** The records that are left out, or "" where all are held. */
export function recordsLost(losses: Losses): string {
  const lost = Object.entries(RECORDS).flatMap(([trait, words]) => (losses[trait] ? [words] : []));
  return lost.join("; ");
}
