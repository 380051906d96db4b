/** The holdout's figures by the size of objects: whether some pay for what others gain. */

import type { Round } from "@/api/types";
import type { Comparison, ComparisonGroup } from "./ComparisonTable";
import { comparisonOf, countOfBoth, FIGURES, type FigureName } from "./figures";

export const SIZES = {
  small: ["Small", "Under a sixteenth of the image's longer side"],
  medium: ["Medium", "A sixteenth to three sixteenths of the image's longer side"],
  large: ["Large", "Over three sixteenths of the image's longer side"],
} as const;

/** Objects of a size below which these judge no round (FEWEST_OBJECTS on the server). */
const FEWEST_OBJECTS = 20;

/** A group for each size that the holdout has objects of; none where a round did not tell. */
export function sizeGroups(metrics: Round["metrics"]): ComparisonGroup[] {
  return Object.entries(SIZES).flatMap(([size, [title, explanation]]) => {
    const rows = [...clickRows(metrics, size), ...proposalRows(metrics, size)];
    if (rows.length === 0) return [];
    return {
      title: `${title}${countWords(metrics, size)}`,
      explanation,
      note: noteOf(metrics, size),
      rows,
    };
  });
}

/** ", 12 objects": those that were clicked. */
function countWords({ serving, candidate }: Round["metrics"], size: string): string {
  const after = candidate?.by_size?.[size];
  return after
    ? `, ${countOfBoth(serving?.by_size?.[size]?.objects, after.objects, "object")}`
    : "";
}

function noteOf({ difference }: Round["metrics"], size: string): string | null {
  const compared = difference?.by_size?.[size]?.objects;
  if (compared === undefined || compared >= FEWEST_OBJECTS) return null;
  return `Too few to judge a round by: that takes ${FEWEST_OBJECTS}.`;
}

/** Of the objects that were clicked: what a refusal goes by. */
function clickRows({ serving, candidate, difference }: Round["metrics"], size: string) {
  const after = candidate?.by_size?.[size];
  if (!after) return [];
  const sides = {
    serving: serving?.by_size?.[size],
    candidate: after,
    difference: difference?.by_size?.[size],
  };
  return figuresOf("miou_1", "noc_85").map((words) => comparisonOf(words, sides));
}

/** Of all objects on the images with proposals: others than those that were clicked. */
function proposalRows({ serving, candidate }: Round["metrics"], size: string): Comparison[] {
  const after = candidate?.ap_by_size?.[size];
  if (!after) return [];
  const before = serving?.ap_by_size?.[size];
  const of = countOfBoth(before?.objects, after.objects, "object");
  return figuresOf("ap_50", "ap_75").map((words) =>
    comparisonOf(
      { ...words, title: `${words.title}, ${of}` },
      { serving: before, candidate: after },
    ),
  );
}

function figuresOf(...names: FigureName[]) {
  return FIGURES.filter(({ name }) => names.includes(name));
}
