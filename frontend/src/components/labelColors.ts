/** Colours that stay apart from one another on photographs, for new labels. */

export const LABEL_COLORS = [
  "#4dabf7",
  "#ff8787",
  "#69db7c",
  "#ffd43b",
  "#b197fc",
  "#ffa94d",
  "#38d9a9",
  "#f783ac",
  "#a9e34b",
  "#66d9e8",
] as const;

/** Of an outline without a label. */
export const NO_LABEL = "#56b4e9";

export function colorFor(index: number): string {
  return LABEL_COLORS[index % LABEL_COLORS.length] ?? LABEL_COLORS[0];
}
