/** What becomes of images that are to be kept together, in words. */

import type { GivenGroups } from "@/api/types";
import { formatCount, plural } from "@/components/format";

type NamedGroups = GivenGroups["given"];

const MOST_NAMES = 6;

/** A line for each fate that any image has. */
export function groupedWords({ given, divided, kept, nameless }: GivenGroups): string[] {
  const lines = [
    given.images > 0
      ? `${plural(given.images, "image")} in ${plural(given.groups, "group")}: ${namesOf(given)}.`
      : "No image gets a group.",
  ];
  if (divided.images > 0)
    lines.push(
      `${plural(divided.images, "image")} left as they are, for each stays on its side of the ` +
        `holdout, and ${plural(divided.groups, "group")} would lie on both: ${namesOf(divided)}.`,
    );
  if (kept > 0) lines.push(`${plural(kept, "image")} with another group, which stays.`);
  if (nameless > 0)
    lines.push(
      `${plural(nameless, "image")} without one: ${nameless === 1 ? "its name tells" : "their names tell"} none.`,
    );
  return lines;
}

/** "slide1 (20 images), slide2 (3 images), and 4 more". */
function namesOf({ groups, largest }: NamedGroups): string {
  const shown = largest.slice(0, MOST_NAMES);
  const names = shown.map(({ name, images }) => `${name} (${plural(images, "image")})`);
  const more = groups - shown.length;
  return [...names, ...(more > 0 ? [`and ${formatCount(more)} more`] : [])].join(", ");
}
