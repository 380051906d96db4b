/** By what images belong together; the server's engine/datasets/grouping.py has the rules. */

export type Way = "none" | "folder" | "name";

export interface Grouping {
  readonly way: Way;
  /** Of names; counts where that is the way. */
  readonly pattern: string;
}

const GROUP = "{group}";
const FIELD = /\{group\}|\{\}/;
const LONGEST = 200;
export const EXAMPLE = `${GROUP}_{}.png`;
export const UNGROUPED: Grouping = { way: "none", pattern: EXAMPLE };

export const WAYS: { value: Way; label: string }[] = [
  { value: "none", label: "Each image is by itself" },
  { value: "folder", label: "Images of one folder" },
  { value: "name", label: "Images that share a part of their name" },
];

/** As the API has it. */
export function groupByOf({ way, pattern }: Grouping): string {
  if (way === "none") return "";
  return way === "folder" ? "folder" : pattern.trim();
}

/** Why the server would refuse it, or null: known before anything is sent. */
export function faultOf({ way, pattern }: Grouping): string | null {
  if (way !== "name") return null;
  const told = pattern.trim();
  const texts = told.split(FIELD);
  if (told.length > LONGEST) return `It may have at most ${LONGEST} characters.`;
  if (told.split(GROUP).length !== 2) return `It needs ${GROUP} once, such as ${EXAMPLE}.`;
  if (texts.some((text) => /[{}]/.test(text))) return `Braces hold nothing, or group: {}.`;
  if (texts.slice(1, -1).includes("")) return "Between two fields there must be something.";
  return null;
}
