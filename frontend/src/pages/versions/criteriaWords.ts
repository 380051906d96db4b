/** What a version holds, and would hold, in words. */

import type { Criteria, Label, VersionLook } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";
import { isEverything } from "./criteria";

const SPLITS = ["train", "val", "holdout", "unfinished"] as const;

const MEETING: Readonly<Record<string, string>> = {
  splits: "in these splits",
  drop_empty: "with a mask that is held",
  reviewed: "reviewed",
  agreement: "with as much agreement",
  rounds: "under these rounds",
  finished_from: "finished from that day on",
  finished_to: "finished until that day",
  groups: "of these groups",
};

/** "Only train; only masks of disc; reviewed"; "" of everything. */
export function criteriaWords(criteria: Criteria, labels: readonly Label[]): string {
  if (isEverything(criteria)) return "";
  const { splits = [], groups = [], rounds = [], agreement, val_share: val } = criteria;
  const words: string[] = [];
  if (splits.length > 0) words.push(`only ${splits.join(" and ")}`);
  if (criteria.labels?.length) words.push(`only masks of ${namesOf(criteria.labels, labels)}`);
  if (criteria.drop_empty) words.push("without images that have none");
  if (criteria.reviewed) words.push("reviewed");
  if (typeof agreement === "number")
    words.push(`agreement of at least ${formatPercent(agreement)}`);
  if (rounds.length > 0) words.push(`under ${rounds.map(roundWords).join(", ")}`);
  words.push(...dayWords(criteria));
  if (groups.length > 0)
    words.push(`of ${groups.length === 1 ? "group" : "groups"} ${groups.join(", ")}`);
  if (typeof val === "number") words.push(`${formatPercent(val)} of train drawn for val`);
  const told = words.join("; ");
  return told.charAt(0).toUpperCase() + told.slice(1);
}

/** "8 images: 6 train, 2 holdout. 31 masks." */
export function lookWords({ images, masks, splits }: VersionLook): string {
  const parts = SPLITS.flatMap((split) => {
    const counted = splits[split];
    return counted ? [`${formatCount(counted.images)} ${split}`] : [];
  });
  return `${plural(images, "image")}: ${parts.join(", ")}. ${plural(masks, "mask")}.`;
}

/** What a project's groups are to a version; nothing is known of them before they are counted. */
export function groupsWords(count: number | undefined): string {
  if (count === 0) return "No image has one; Settings give them.";
  const enter = "Press Enter after each one.";
  if (count === undefined) return enter;
  const kept =
    count === 1 ? "1 group, kept together" : `${formatCount(count)} groups, each kept together`;
  return `${kept}: val never divides ${count === 1 ? "it" : "one"}. ${enter}`;
}

/** Why nothing would be in it: how many meet each criterion alone. */
export function nothingWords({ meeting }: VersionLook): string {
  const { images = 0, ...others } = meeting;
  if (images === 0) return "Nothing is finished or begun yet.";
  const each = Object.entries(others).map(
    ([name, count]) => `${formatCount(count)} ${MEETING[name] ?? name}`,
  );
  return `No image meets all of this. Of ${formatCount(images)} finished or begun: ${each.join(", ")}.`;
}

function namesOf(ids: readonly number[], labels: readonly Label[]): string {
  return ids.map((id) => labels.find((label) => label.id === id)?.name ?? `label ${id}`).join(", ");
}

function roundWords(number: number): string {
  return number === 0 ? "the pretrained model" : `round ${number}`;
}

function dayWords({ finished_from: from, finished_to: to }: Criteria): string[] {
  if (from && to) return [`finished from ${from} to ${to}`];
  if (from) return [`finished from ${from} on`];
  return to ? [`finished until ${to}`] : [];
}
