/** What a review made of a mask: how it was before and after, and the pictures of both. */

import { queryOptions } from "@tanstack/react-query";
import type { Change } from "@/api/comments";
import { formatCount } from "@/components/format";
import { type Box, clamp, type SizeHW, unionBox } from "@/editor/geometry";
import { emptyMask, type Mask, maskFromRLE } from "@/editor/mask";
import { difference, subtract } from "@/editor/mask-sets";
import { CHANGE_COLOURS } from "@/editor/render/colours";
import { type StateChange, tellRevisions } from "@/editor/revisions";
import { fetchRevisions, type Revision } from "../api";
import type { Side, Sides } from "./sides";

export interface ReviewedMask {
  /** Null where there was no mask yet. */
  readonly before: Revision | null;
  readonly after: Revision;
}

type Way = keyof typeof CHANGE_COLOURS;
type Between = Pick<Change, "first_revision" | "last_revision">;

const LEAST_SHARE = 1 / 3;

/** Revisions never change: once read, they are not read again. */
export const reviewedMaskQuery = ({ mask, first_revision, last_revision }: Change) =>
  queryOptions({
    queryKey: ["reviewed-mask", mask, first_revision, last_revision],
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      const revisions = await fetchRevisions(mask, first_revision - 1);
      return reviewedMask(revisions, { first_revision, last_revision });
    },
  });

/** Find both in a history that reaches back far enough. */
export function reviewedMask(
  newestFirst: readonly Revision[],
  { first_revision, last_revision }: Between,
): ReviewedMask {
  const numbered = (wanted: number): Revision | undefined =>
    newestFirst.find(({ number }) => number === wanted);
  const after = numbered(last_revision);
  if (after === undefined) throw new Error(`There is no revision ${last_revision} of the mask.`);
  return { before: numbered(first_revision - 1) ?? null, after };
}

/** What differs between the two, for words. */
export function changesOf({ before, after }: ReviewedMask): readonly StateChange[] {
  const [told] = tellRevisions(before === null ? [after] : [after, before], false);
  return told?.changes ?? [];
}

/** Both in pictures: what went is marked before, what came after. */
export function sidesOfReview({ before, after }: ReviewedMask, size_hw: SizeHW): Sides {
  const [old, now] = [maskOf(before, size_hw), maskOf(after, size_hw)];
  return {
    sides: [
      sideOf("Before", before, old, { part: subtract(old, now), way: "removed" }),
      sideOf("After", after, now, { part: subtract(now, old), way: "added" }),
    ],
    around: boxToCompare(old, now),
  };
}

function sideOf(
  title: string,
  revision: Revision | null,
  mask: Mask,
  { part, way }: { part: Mask; way: Way },
): Side {
  if (revision === null || revision.rle === null) {
    const missing = revision === null ? "Not there yet" : "Deleted";
    const label = `${title}: ${missing.toLowerCase()}`;
    return { title, colour: null, label, missing, masks: [] };
  }
  return {
    ...{ title, colour: null, missing: null },
    label: `${title}: ${formatCount(mask.area_px)} px${shareWords(part, mask, way)}`,
    masks: [
      { mask, colour: "#ffffff", isOutline: true },
      ...(part.area_px > 0 ? [{ mask: part, colour: CHANGE_COLOURS[way] }] : []),
    ],
  };
}

function shareWords(part: Mask, mask: Mask, way: Way): string {
  if (part.area_px === 0) return "";
  const share = part.area_px === mask.area_px ? "all" : `${formatCount(part.area_px)} px`;
  return `, ${share} of them ${way}`;
}

function maskOf(revision: Revision | null, size_hw: SizeHW): Mask {
  const rle = revision?.rle ?? null;
  return rle === null ? emptyMask(size_hw) : maskFromRLE(rle);
}

/** Around what differs, with enough of the two for one to see where that is. */
export function boxToCompare(a: Mask, b: Mask): Box | null {
  const whole = unionBox(a.box, b.box);
  const part = difference(a, b).box;
  if (whole === null || part === null) return whole;
  const [x0, x1] = widened([part.x0, part.x1], [whole.x0, whole.x1]);
  const [y0, y1] = widened([part.y0, part.y1], [whole.y0, whole.y1]);
  return { x0, y0, x1, y1 };
}

type Span = readonly [from: number, to: number];

function widened([from, to]: Span, [low, high]: Span): Span {
  const length = Math.max(to - from, (high - low) * LEAST_SHARE);
  const start = clamp((from + to - length) / 2, low, high - length);
  return [start, start + length];
}
