/** The history of a mask: what each of its revisions changed. */

import { type Attributes, type AttributeValue, changesOfAttributes } from "@/editor/attributes";
import { maskFromRLE } from "@/editor/mask";
import { subtract } from "@/editor/mask-sets";
import type { LabelId } from "@/editor/operations";
import type { RLE } from "@/editor/rle";

/** What a mask was like at one time; without pixels it was deleted. */
export interface MaskState {
  readonly label: LabelId | null;
  readonly parent: string | null;
  readonly rle: RLE | null;
  readonly z: number;
  readonly attributes: Attributes;
}

export type StateChange =
  | { kind: "made"; area_px: number }
  | { kind: "deleted" }
  | { kind: "restored" }
  | { kind: "pixels"; added_px: number; removed_px: number }
  | { kind: "label"; before: LabelId | null; after: LabelId | null }
  | { kind: "parent"; before: string | null; after: string | null }
  | { kind: "z"; before: number; after: number }
  | {
      kind: "attribute";
      attribute: string;
      before: AttributeValue | null;
      after: AttributeValue | null;
    };

export interface ToldRevision<T extends MaskState> {
  readonly revision: T;
  readonly changes: readonly StateChange[];
}

/**
 * Tell what each revision changed, the newest first.
 *
 * While older ones are still to come, the oldest that is here waits for them: what it changed
 * cannot be told yet.
 */
export function tellRevisions<T extends MaskState>(
  newestFirst: readonly T[],
  hasOlder: boolean,
): ToldRevision<T>[] {
  const told = newestFirst.map((revision, at) => ({
    revision,
    changes: changesOf(newestFirst.slice(at + 1), revision),
  }));
  return hasOlder ? told.slice(0, -1) : told;
}

function changesOf([before, ...older]: readonly MaskState[], after: MaskState): StateChange[] {
  if (after.rle === null) return [{ kind: "deleted" }];
  if (before === undefined) return [{ kind: "made", area_px: maskFromRLE(after.rle).area_px }];
  const changes: StateChange[] = before.rle === null ? [{ kind: "restored" }] : [];
  const drawn = [before, ...older].find(({ rle }) => rle !== null)?.rle ?? null;
  if (drawn !== null && drawn.counts !== after.rle.counts) {
    changes.push({ kind: "pixels", ...pixelsBetween(drawn, after.rle) });
  }
  if (before.label !== after.label) {
    changes.push({ kind: "label", before: before.label, after: after.label });
  }
  if (before.parent !== after.parent) {
    changes.push({ kind: "parent", before: before.parent, after: after.parent });
  }
  if (before.z !== after.z) changes.push({ kind: "z", before: before.z, after: after.z });
  const set = changesOfAttributes(before.attributes, after.attributes) ?? {};
  for (const [attribute, value] of Object.entries(set)) {
    const old = before.attributes[attribute] ?? null;
    changes.push({ kind: "attribute", attribute, before: old, after: value });
  }
  return changes;
}

function pixelsBetween(before: RLE, after: RLE): { added_px: number; removed_px: number } {
  const [old, now] = [maskFromRLE(before), maskFromRLE(after)];
  return { added_px: subtract(now, old).area_px, removed_px: subtract(old, now).area_px };
}
