/** The history of a mask: what each of its revisions changed, and where that was. */

import { type Attributes, type AttributeValue, changesOfAttributes } from "@/editor/attributes";
import { type Box, unionBox } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import { subtract } from "@/editor/mask-sets";
import type { LabelId, Prompt } from "@/editor/operations";
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

/**
 * What the pictures of a history show, all the same part of the image, so that they can be compared:
 * all that the mask ever was, and prompts no farther away than half of that. Null without pixels.
 */
export function surroundingsOf(
  revisions: readonly { rle: RLE | null; prompts: readonly Prompt[] }[],
): Box | null {
  const mask = revisions.reduce<Box | null>(
    (box, { rle }) => (rle === null ? box : unionBox(box, maskFromRLE(rle).box)),
    null,
  );
  if (mask === null) return null;
  const reach = Math.max(mask.x1 - mask.x0, mask.y1 - mask.y0) / 2;
  const isNear = ({ x0, y0, x1, y1 }: Box): boolean =>
    x0 >= mask.x0 - reach &&
    y0 >= mask.y0 - reach &&
    x1 <= mask.x1 + reach &&
    y1 <= mask.y1 + reach;
  const prompts = revisions.flatMap((revision) => revision.prompts.map(boxOfPrompt));
  return prompts.filter(isNear).reduce<Box | null>(unionBox, mask);
}

function boxOfPrompt(prompt: Prompt): Box {
  const [x0, y0, x1, y1] =
    prompt.kind === "box" ? prompt.box_xyxy : ([...prompt.xy, ...prompt.xy] as const);
  return { x0, y0, x1, y1 };
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
