/** Conflicts of two people in words. */

import type { Person } from "@/api/conflicts";
import type { Choice, Decision, Pair } from "@/editor/conflicts";
import type { LabelId } from "@/editor/operations";

export const keyOf = ({ slot, first, other }: Pair): string =>
  `${slot} ${first?.mask ?? ""} ${other?.mask ?? ""}`;

export function nameOf(people: readonly Person[], slot: number): string {
  return people.find((person) => person.slot === slot)?.username ?? "nobody";
}

export function labelWord(label: LabelId | null, names: ReadonlyMap<LabelId, string>): string {
  return label === null ? "No label" : (names.get(label) ?? "Deleted label");
}

/** "cell", or "cell / nucleus" where the labels differ. */
export function labelWords({ first, other }: Pair, names: ReadonlyMap<LabelId, string>): string {
  const words = [first, other].flatMap((each) =>
    each === null ? [] : [labelWord(each.label, names)],
  );
  return [...new Set(words)].join(" / ");
}

/** How far the two are apart. */
export function differenceWords(pair: Pair, people: readonly Person[]): string {
  if (pair.iou !== null) return `IoU ${pair.iou.toFixed(2)}`;
  return `Only ${nameOf(people, pair.first === null ? pair.slot : 0)}`;
}

/** What a choice does, for its button. */
export function choiceWords(choice: Choice, pair: Pair, people: readonly Person[]): string {
  const [first, other] = [nameOf(people, 0), nameOf(people, pair.slot)];
  if (choice === "both") return "Keep both";
  if (choice === "merge") return "Merge them";
  if (pair.first === null) return choice === "first" ? "Leave it out" : `Take ${other}'s`;
  if (pair.other === null) return choice === "first" ? `Keep ${first}'s` : "Drop it";
  return `Take ${choice === "first" ? first : other}'s`;
}

/** What was decided; nothing of what is open. */
export function decisionWords(decision: Decision, pair: Pair, people: readonly Person[]): string {
  switch (decision) {
    case "open":
      return "";
    case "agreed":
      return "they agree";
    case "both":
      return "both kept";
    case "merge":
      return "merged";
    case "changed":
      return `${nameOf(people, 0)}'s, changed`;
    case "neither":
      return "neither kept";
    case "first":
      if (pair.other === null) return "";
      return pair.first === null ? "left out" : `${nameOf(people, 0)}'s taken`;
    case "other":
      return pair.other === null ? "dropped" : `${nameOf(people, pair.slot)}'s taken`;
  }
}
