import type { ArmEffort } from "@/api/types";

/** What an arm looks like before anybody has described an image. */
export const NO_ARM: ArmEffort = {
  captions: 0,
  edits_per_100_words: null,
  seconds_per_caption: null,
  timed: 0,
  accepted_untouched_share: null,
};
