/** What a round can train, what is new for each, and why one of them cannot be trained now. */

import type { Part, Project } from "@/api/types";
import { plural } from "@/components/format";

export interface PartOffer {
  part: Part;
  title: string;
  /** What is new to learn from, or what is missing. */
  words: string;
  /** What to run on the server first. */
  command: string | null;
  canTrain: boolean;
}

const FETCH_MODELS = "python -m engine.weights --captions";

type Asked = Pick<Project, "news">;

export function partsOnOffer({ news }: Asked): PartOffer[] {
  return [
    {
      ...({ part: "masks", title: "Masks" } as const),
      words:
        news.masks > 0
          ? `${plural(news.masks, "image")} with new masks.`
          : "No image with masks was finished since they were last trained.",
      command: null,
      canTrain: news.masks > 0,
    },
    {
      ...({ part: "captions", title: "Descriptions" } as const),
      words: captionWords(news),
      command: news.has_caption_models ? null : FETCH_MODELS,
      canTrain: news.captions > 0 && news.has_caption_models,
    },
  ];
}

/** What is ticked at first: all that has something new. */
export function tickedAtFirst(offers: readonly PartOffer[]): Part[] {
  return offers.filter(({ canTrain }) => canTrain).map(({ part }) => part);
}

function captionWords({ captions, has_caption_models }: Project["news"]): string {
  if (!has_caption_models)
    return "The models for descriptions are not installed. Run on the server:";
  return captions > 0
    ? `${plural(captions, "image")} with new descriptions.`
    : "No finished image was described since they were last trained.";
}
