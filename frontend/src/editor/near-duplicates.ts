/**
 * Proposals of objects that a mask is there for already. Their verdicts come after the others', and
 * none of them is accepted without a word.
 */

import { type Mask, maskFromRLE } from "@/editor/mask";
import { iouOf, mostAlike } from "@/editor/mask-sets";
import type { Annotations, ProposalRow } from "@/editor/operations";
import { liveMasks, pendingProposals } from "@/editor/picking";
import type { RLE } from "@/editor/rle";
import { inSlices, type Schedule } from "@/editor/schedule";
import { Signal } from "@/editor/signal";

export const NEARLY_SAME = "Nearly the same as a mask that was here already: undo takes it back.";

const NEARLY_SAME_IOU = 0.8;
const REST_MS = 200; // since the last change: a hand that goes on has every core to itself

/** By the id of a proposal, the id of the mask that it is nearly the same as. */
export type Doubles = ReadonlyMap<string, string>;

/** Looks for them while a person rests, a few at a time, and only where shapes have changed. */
export class NearDuplicates {
  readonly found = new Signal<Doubles>(new Map());
  #annotations: Signal<Annotations>;
  #schedule: Schedule;
  #ious = new WeakMap<Mask, WeakMap<Mask, number>>(); // of a proposal, with masks
  #compared: readonly (RLE | null)[] = []; // masks, null, proposals: as they were looked at last
  #callOff: () => void = () => undefined;

  constructor(annotations: Signal<Annotations>, schedule: Schedule) {
    this.#annotations = annotations;
    this.#schedule = schedule;
    annotations.subscribe(this.#lookLater);
    this.#lookLater();
  }

  /** The mask that a proposal is nearly the same as now; null where none is. */
  maskLike(proposal: Pick<ProposalRow, "rle">): string | null {
    return this.#likeOneOf(shapesOf(this.#annotations.get()), proposal);
  }

  #lookLater = (): void => {
    this.#callOff();
    this.#callOff = this.#schedule(() => this.#look(), REST_MS);
  };

  #look(): void {
    const now = this.#annotations.get();
    const proposals = pendingProposals(now);
    const shapes = shapesOf(now);
    const compared = [
      ...shapes.map(({ rle }) => rle),
      null, // a proposal that was accepted is the last mask, and would stand where it stood
      ...proposals.map(({ rle }) => rle),
    ];
    if (isSameList(compared, this.#compared)) return;
    this.#compared = compared;
    const found = new Map<string, string>();
    const compare = (proposal: ProposalRow | null): void => {
      if (this.#compared !== compared) return; // another look has begun
      if (proposal === null) {
        if (!isSameMap(found, this.found.get())) this.found.set(found);
        return;
      }
      const mask = this.#likeOneOf(shapes, proposal);
      if (mask !== null) found.set(proposal.id, mask);
    };
    inSlices([null, ...proposals], compare, this.#schedule);
  }

  #likeOneOf(shapes: readonly Shape[], { rle }: Pick<ProposalRow, "rle">): string | null {
    return mostAlike(shapes, maskFromRLE(rle), NEARLY_SAME_IOU, this.#iou)?.id ?? null;
  }

  /** Worked out once for each two shapes. */
  #iou = (mask: Mask, proposal: Mask): number => {
    const known = this.#ious.get(proposal) ?? new WeakMap<Mask, number>();
    this.#ious.set(proposal, known);
    const iou = known.get(mask) ?? iouOf(mask, proposal);
    known.set(mask, iou);
    return iou;
  };
}

interface Shape {
  readonly id: string;
  readonly rle: RLE;
  readonly mask: Mask;
}

function shapesOf(annotations: Annotations): Shape[] {
  return liveMasks(annotations).map(({ id, rle }) => ({ id, rle, mask: maskFromRLE(rle) }));
}

/** Proposals in the order of verdicts. What others sent on stays where it is. */
export function inTurn(pending: readonly ProposalRow[], doubles: Doubles): ProposalRow[] {
  const isLast = ({ id, state }: ProposalRow): boolean => state === "pending" && doubles.has(id);
  return [...pending.filter((row) => !isLast(row)), ...pending.filter(isLast)];
}

function isSameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((each, at) => each === b[at]);
}

function isSameMap(a: Doubles, b: Doubles): boolean {
  return a.size === b.size && [...a].every(([id, mask]) => b.get(id) === mask);
}
