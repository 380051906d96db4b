/** What an import counted, in lines that people read. */

import type { DatasetImport } from "@/api/types";
import { formatCount, plural } from "@/components/format";

const MOST_NAMES = 6;

type Counts = DatasetImport["found"];

/** What comes in, and what had come in before, in the order in which it is told. */
const TAKEN: readonly [string, string, string][] = [
  ["images", "image", "images"],
  ["images accepted", "new image", "new images"],
  ["images normalised", "new image, made plain", "new images, made plain"],
  ["images duplicate", "image that was there", "images that were there"],
  ["images that were there", "image that was there", "images that were there"],
  ["images of a group", "of a group", "of a group"],
  ["masks", "mask", "masks"],
  ["boxes", "box in which a mask will be proposed", "boxes in which masks will be proposed"],
  ["captions", "caption", "captions"],
  ["proposals", "proposal of a model", "proposals of models"],
  ["comments", "comment", "comments"],
  ["takes", "recording", "recordings"],
  ["attributes", "attribute", "attributes"],
  ["labels", "label", "labels"],
  ["images finished", "image that counts as annotated", "images that count as annotated"],
  ["masks with a score", "mask with a model's score", "masks with a model's score"],
  ["masks by members", "mask by a member", "masks by members"],
  ["masks by others", "mask by somebody who is no member", "masks by people who are no members"],
  ["masks with a verdict", "mask with a verdict", "masks with a verdict"],
  ["images removed", "image", "images"],
  ["masks removed", "mask", "masks"],
  ["boxes removed", "box", "boxes"],
  ["captions removed", "caption", "captions"],
  ["proposals removed", "proposal", "proposals"],
  ["comments removed", "comment", "comments"],
  ["takes removed", "recording", "recordings"],
  ["labels removed", "label", "labels"],
];

const LEFT: readonly [string, string, string][] = [
  ["images not there", "image that is not there", "images that are not there"],
  ["images refused", "image that cannot be used", "images that cannot be used"],
  [
    "proposals refused",
    "proposal that does not fit its image",
    "proposals that do not fit their images",
  ],
  ["captions refused", "caption of an image of another size", "captions of images of another size"],
  ["comments refused", "comment on an image of another size", "comments on images of another size"],
  [
    "takes without consent left out",
    "recording of a member who has yet to agree to voice recording under Your account",
    "recordings of members who have yet to agree to voice recording under Your account",
  ],
  [
    "takes of others left out",
    "recording of somebody who is no member",
    "recordings of people who are no members",
  ],
  [
    "takes of masks left out",
    "recording about a mask that does not come",
    "recordings about masks that do not come",
  ],
  ["takes refused", "recording that cannot be used", "recordings that cannot be used"],
  ["takes there already", "recording that is there already", "recordings that are there already"],
  ["masks there already", "mask that is there already", "masks that are there already"],
  ["boxes there already", "box that is there already", "boxes that are there already"],
  ["captions there already", "caption that is there already", "captions that are there already"],
  ["comments there already", "comment that is there already", "comments that are there already"],
  ["masks refused", "mask that does not fit its image", "masks that do not fit their images"],
  ["names of tasks left out", "name of a task", "names of tasks"],
  ["turns of boxes left out", "turn of a box", "turns of boxes"],
  [
    "parts of boxes beyond the image left out",
    "part of a box that lies beyond its image",
    "parts of boxes that lie beyond their images",
  ],
  ["crowds left out", "crowd", "crowds"],
  [
    "splits left out",
    "mark of val or test, as the project draws its own holdout",
    "marks of val or test, as the project draws its own holdout",
  ],
  ["proposed boxes left out", "proposed box without a mask", "proposed boxes without a mask"],
  ["proposals on what is there", "proposal on what is there", "proposals on what is there"],
  [
    "proposals where none may come",
    "proposal in the holdout or where people have begun",
    "proposals in the holdout or where people have begun",
  ],
  ["traces left out", "pointer's trace", "pointers' traces"],
  ["transcripts left out", "transcript without its sound", "transcripts without their sound"],
  [
    "captions left out",
    "caption of an image that is described already",
    "captions of images that are described already",
  ],
  ["captions of masks left out", "caption of a mask", "captions of masks"],
  ["comments left out", "comment too many on an image", "comments too many on an image"],
  ["images kept", "image that people worked on", "images that people worked on"],
  [
    "masks kept",
    "mask that was changed or is another import's",
    "masks that were changed or are another import's",
  ],
  ["proposals kept", "proposal that was judged", "proposals that were judged"],
  ["comments kept", "comment that was answered", "comments that were answered"],
  ["takes kept", "recording that was worked on", "recordings that were worked on"],
];

/** Attributes of masks that have no place: each such key goes on with the label and attribute. */
const NAMELESS: readonly [string, string][] = [
  ["attributes not defined: ", "that the labels have not"],
  ["attributes that do not fit: ", "whose attribute takes others"],
];

/** "3 images, 6 masks"; empty where there is nothing. */
export const takenWords = (counts: Counts): string => words(counts, TAKEN);

/** What does not come in, or on an undo, what stays. */
export const leftWords = (counts: Counts): string =>
  [words(counts, LEFT), ...NAMELESS.map((kind) => valuesLeft(counts, kind))]
    .filter(Boolean)
    .join(", ");

/** "12 values that the labels have not (cell: round, cell: kind)"; empty without any. */
function valuesLeft(counts: Counts, [prefix, why]: (typeof NAMELESS)[number]): string {
  const found = Object.entries(counts).filter(([key]) => key.startsWith(prefix));
  const total = found.reduce((sum, [, count]) => sum + count, 0);
  if (total === 0) return "";
  const names = found.sort(([, a], [, b]) => b - a).map(([key]) => key.slice(prefix.length));
  const shown = names.slice(0, MOST_NAMES).join(", ");
  const more = names.length > MOST_NAMES ? `, and ${names.length - MOST_NAMES} more` : "";
  return `${plural(total, "value")} ${why} (${shown}${more})`;
}

function words(counts: Counts, told: typeof TAKEN): string {
  return told
    .filter(([key]) => (counts[key] ?? 0) > 0)
    .map(([key, one, many]) => {
      const count = counts[key] ?? 0;
      return `${formatCount(count)} ${count === 1 ? one : many}`;
    })
    .join(", ");
}
