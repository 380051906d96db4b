/** A person's own work in words. */

import type { WorkRow } from "@/api/types";
import { formatDuration, plural } from "@/components/format";

export type WorkSum = Pick<WorkRow, "finished" | "reviewed" | "masks" | "active_s">;

export function sumOf(rows: readonly WorkSum[]): WorkSum {
  const sum = (of: (row: WorkSum) => number): number =>
    rows.reduce((before, row) => before + of(row), 0);
  return {
    finished: sum((row) => row.finished),
    reviewed: sum((row) => row.reviewed),
    masks: sum((row) => row.masks),
    active_s: sum((row) => row.active_s),
  };
}

/** "3 images finished, 12 masks, 41 min 5 s at images". */
export function workWords({ finished, reviewed, masks, active_s }: WorkSum): string {
  const parts = [
    finished > 0 && `${plural(finished, "image")} finished`,
    reviewed > 0 && `${plural(reviewed, "image")} reviewed`,
    masks > 0 && plural(masks, "mask"),
    active_s >= 1 && `${formatDuration(active_s)} at images`,
  ];
  return parts.filter((part) => part !== false).join(", ") || "nothing yet";
}
