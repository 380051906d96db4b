/** The counts of a project in words, the same on every page. */

import type { ImageStatus, Project } from "@/api/types";
import { formatCount, plural } from "@/components/format";

type Counts = Project["counts"];

/** What a finished image has of masks; masks of images that are not finished are no part of it. */
export function maskWords({ done, reviewed, masks_finished }: Counts): string {
  const finished = done + reviewed;
  if (finished === 0 || masks_finished === 0) return "Drawn or accepted by people";
  return `${(masks_finished / finished).toFixed(1)} for each of ${plural(finished, "finished image")}`;
}

interface Share {
  readonly name: string;
  readonly status: ImageStatus;
  readonly value: number;
  readonly color: string;
  readonly words: string;
}

/** The images by status, in the order of the bar; the filters of the list count the same. */
export function sharesOf({ todo, done, returned, reviewed }: Counts): readonly Share[] {
  return [
    share("reviewed", "reviewed", reviewed, "teal"),
    share("done", "done", done, "iris"),
    share("returned", "returned", returned, "orange"),
    share("todo", "to do", todo, "gray"),
  ].filter(({ value }) => value > 0);
}

/** "7 images to annotate", and how many of them came back. */
export function toAnnotateWords({ todo, returned }: Counts): string {
  const words = `${plural(todo + returned, "image")} to annotate`;
  return returned > 0 ? `${words}, ${formatCount(returned)} of them returned` : words;
}

function share(status: ImageStatus, name: string, value: number, color: string): Share {
  return { status, name, value, color, words: `${formatCount(value)} ${name}` };
}
