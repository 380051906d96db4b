/** What a person is told of the images that a reviewer sent back to them. */

import { plural } from "./format";

/** "1 image was returned to you", "3 images were returned to you". */
export function returnedWords(count: number): string {
  return `${plural(count, "image")} ${count === 1 ? "was" : "were"} returned to you`;
}

export const openReturned = (count: number): string => (count === 1 ? "Open it" : "Open the first");
