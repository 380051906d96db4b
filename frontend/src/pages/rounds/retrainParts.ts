/** What a round can train, what it would learn from, and why a part cannot be trained now. */

import type { Part, Project } from "@/api/types";
import { plural } from "@/components/format";

export interface PartOffer {
  part: Part;
  title: string;
  /** What there is to learn from, or what is missing. */
  words: string;
  /** What to run on the server first. */
  command: string | null;
  canTrain: boolean;
  /** There is something that it has not learned from yet. */
  isNew: boolean;
}

const FETCH_MODELS = "python -m engine.weights --captions";

type Asked = Pick<Project, "news">;

export function partsOnOffer({ news }: Asked): PartOffer[] {
  return [
    {
      ...({ part: "masks", title: "Masks" } as const),
      words: maskWords(news),
      command: null,
      canTrain: news.all_masks > 0,
      isNew: news.masks > 0,
    },
    {
      ...({ part: "captions", title: "Descriptions" } as const),
      words: captionWords(news),
      command: news.has_caption_models ? null : FETCH_MODELS,
      canTrain: news.all_captions > 0 && news.has_caption_models,
      isNew: news.captions > 0 && news.has_caption_models,
    },
  ];
}

/** What is ticked at first: all that has something new. */
export function tickedAtFirst(offers: readonly PartOffer[]): Part[] {
  return offers.filter(({ isNew }) => isNew).map(({ part }) => part);
}

function maskWords({ masks, all_masks }: Project["news"]): string {
  if (all_masks === 0) return "No finished image outside the holdout has a mask yet.";
  return masks > 0 ? `${plural(masks, "image")} with new masks.` : nothingNew(all_masks);
}

function captionWords({ captions, all_captions, has_caption_models }: Project["news"]): string {
  if (!has_caption_models)
    return "The models for descriptions are not installed. Run on the server:";
  if (all_captions === 0) return "No finished image outside the holdout was described yet.";
  return captions > 0
    ? `${plural(captions, "image")} with new descriptions.`
    : nothingNew(all_captions);
}

/** Of use where the holdout has grown since, say, or something was mended. */
const nothingNew = (images: number): string =>
  `Nothing new since they were last trained; it would learn from ${plural(images, "image")} again.`;
