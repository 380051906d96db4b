/** What an import counted, in lines that people read. */

import type { DatasetImport } from "@/api/types";
import { formatCount } from "@/components/format";

type Counts = DatasetImport["found"];

/** What comes in, and what had come in before, in the order in which it is told. */
const TAKEN: readonly [string, string, string][] = [
  ["images", "image", "images"],
  ["images accepted", "new image", "new images"],
  ["images normalised", "new image, made plain", "new images, made plain"],
  ["images duplicate", "image that was there", "images that were there"],
  ["images that were there", "image that was there", "images that were there"],
  ["masks", "mask", "masks"],
  ["captions", "caption", "captions"],
  ["labels", "label", "labels"],
  ["images finished", "image that counts as annotated", "images that count as annotated"],
  ["images removed", "image", "images"],
  ["masks removed", "mask", "masks"],
  ["captions removed", "caption", "captions"],
  ["labels removed", "label", "labels"],
];

const LEFT: readonly [string, string, string][] = [
  ["images not there", "image that is not there", "images that are not there"],
  ["images refused", "image that cannot be used", "images that cannot be used"],
  ["masks refused", "mask that does not fit its image", "masks that do not fit their images"],
  ["boxes left out", "box without a mask", "boxes without a mask"],
  ["crowds left out", "crowd", "crowds"],
  ["attributes left out", "mask's attributes", "masks' attributes"],
  ["images kept", "image that people worked on", "images that people worked on"],
  [
    "masks kept",
    "mask that was changed or is another import's",
    "masks that were changed or are another import's",
  ],
];

/** "3 images, 6 masks"; empty where there is nothing. */
export const takenWords = (counts: Counts): string => words(counts, TAKEN);

/** What does not come in, or on an undo, what stays. */
export const leftWords = (counts: Counts): string => words(counts, LEFT);

function words(counts: Counts, told: typeof TAKEN): string {
  return told
    .filter(([key]) => (counts[key] ?? 0) > 0)
    .map(([key, one, many]) => {
      const count = counts[key] ?? 0;
      return `${formatCount(count)} ${count === 1 ? one : many}`;
    })
    .join(", ");
}
