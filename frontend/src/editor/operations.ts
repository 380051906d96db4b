/**
 * What a person does to an image, as the operations that are sent, stored and replayed.
 *
 * Every operation sets values and adds none, so applying one twice changes nothing. That is why a
 * lost reply may be sent again, and why local work is rebased by applying it once more on top.
 */

import {
  type AttributeChanges,
  type Attributes,
  NO_ATTRIBUTES,
  withChanges,
} from "@/editor/attributes";
import type { RLE } from "@/editor/rle";

export type LabelId = number;

/** A point's or box's part in a mask, in image pixels. */
export type Prompt =
  | { kind: "point"; xy: [number, number]; label: 0 | 1 }
  | { kind: "box"; box_xyxy: [number, number, number, number] };

/** What one operation cost its person. */
export interface Effort {
  seconds: number; // active: pauses are cut
  clicks: number;
  strokes: number;
  prompts: Prompt[];
  bundle?: string; // whose decoder answered them
  hypothesis?: 0 | 1 | 2; // which of three it was
  picked?: true; // the person chose it; else it was the one shown first
  tool?: string; // or the command
  undos?: number; // none if not told
  /** Of the first operation after an image was opened: until it was seen, and until it was begun. */
  opening?: { paint_ms: number; action_ms: number };
}

/** Of an effort: what there is to tell of the decoder's answer that was taken. */
export type TakenAnswer = Pick<Effort, "bundle" | "hypothesis" | "picked">;

export interface CreateOperation {
  id: string;
  kind: "create";
  mask: string;
  label: LabelId | null;
  rle: RLE;
  parent?: string | null;
  z?: number;
  attributes?: AttributeChanges;
  proposal?: string;
  /** The set that it is drawn in, where several people do one image; the first one's if not told. */
  slot?: number;
  effort?: Effort;
}

export interface ReviseOperation {
  id: string;
  kind: "revise";
  mask: string;
  rle?: RLE;
  label?: LabelId | null;
  parent?: string | null;
  z?: number;
  attributes?: AttributeChanges;
  /** False takes a mask of the other set in, true puts it back. For reviewers. */
  aside?: boolean;
  effort?: Effort;
}

export interface DeleteOperation {
  id: string;
  kind: "delete";
  mask: string;
  effort?: Effort;
}

export type VerdictOperation =
  | {
      id: string;
      kind: "verdict";
      proposal: string;
      verdict: "accepted";
      mask: string; // made, or brought back if it was deleted
      label: LabelId | null;
      attributes?: AttributeChanges;
      slot?: number;
      /** With others at once: nobody looked at this one in particular. */
      is_unseen?: boolean;
      effort?: Effort;
    }
  | {
      id: string;
      kind: "verdict";
      proposal: string;
      /** The middle two send it on: to be corrected, to be judged by somebody else. */
      verdict: "rejected" | "needs_work" | "not_sure" | "pending";
      effort?: Effort;
    };

/** What is said of one mask; empty takes it away. */
export interface CaptionOperation {
  id: string;
  kind: "caption";
  mask: string;
  text: string;
  /** The take about the mask in which it was spoken; else it was typed. */
  recording?: string;
  effort?: Effort;
}

export type Operation =
  | CreateOperation
  | ReviseOperation
  | DeleteOperation
  | VerdictOperation
  | CaptionOperation;

/** An operation that someone else saved, as a 409 hands it on. */
export type MissedOperation = Operation & { author: string | null; image_version: number };

export interface MaskRow {
  readonly id: string;
  readonly label: LabelId | null;
  readonly parent: string | null;
  readonly rle: RLE;
  /** Above the masks that have less; of equals, the later one in the map. */
  readonly z: number;
  readonly attributes: Attributes;
  readonly proposal: string | null;
  readonly author: string | null;
  /** What is said of it alone; empty where nothing is. */
  readonly caption: string;
  /** The take in which that was spoken; null where it was typed. */
  readonly caption_recording: string | null;
  readonly revision: number;
  readonly isDeleted: boolean;
  /** Whose set it was drawn in, where several people do one image. */
  readonly slot: number;
  /** Of another set than the one in hand: only the view of conflicts shows it. */
  readonly isAside: boolean;
}

/** Whether a mask is there to be seen and worked on. */
export function isLive({ isDeleted, isAside }: MaskRow): boolean {
  return !isDeleted && !isAside;
}

export interface ProposalRow {
  readonly id: string;
  readonly label: LabelId | null;
  readonly rle: RLE;
  /** Whose it is, where an import brought what a model of somebody else predicts. */
  readonly model: string | null;
  /** How sure its model is, 0 to 1; null where one of somebody else told nothing. */
  readonly score: number | null;
  readonly stability: number | null;
  readonly point_xy: readonly [number, number] | null;
  readonly state: VerdictOperation["verdict"];
  /** The mask that it became; not told unless that happened while this page looked on. */
  readonly made?: string | undefined;
}

/** How sure the model is; without a score, not at all. */
export function sureness({ score }: Pick<ProposalRow, "score">): number {
  return score ?? 0;
}

/** Whether somebody has yet to accept or reject a proposal. */
export function isOpen({ state }: Pick<ProposalRow, "state">): boolean {
  return state !== "accepted" && state !== "rejected";
}

/** All that is on one image. Immutable. */
export interface Annotations {
  readonly masks: ReadonlyMap<string, MaskRow>;
  readonly proposals: ReadonlyMap<string, ProposalRow>;
}

/** An operation speaks of a mask or proposal that this page has never seen. */
export class UnknownRowError extends Error {
  override name = "UnknownRowError";
}

/** The annotations after operations. Throws UnknownRowError where one cannot be understood. */
export function applyOperations(
  before: Annotations,
  operations: readonly (Operation | MissedOperation)[],
  me: string | null = null,
): Annotations {
  const masks = new Map(before.masks);
  const proposals = new Map(before.proposals);
  for (const operation of operations) apply(masks, proposals, operation, me);
  return { masks, proposals };
}

/** The same, without the operations that speak of what is not there: what they do is not known. */
export function applyUnderstood(
  before: Annotations,
  operations: readonly Operation[],
  me: string | null,
): Annotations {
  const masks = new Map(before.masks);
  const proposals = new Map(before.proposals);
  for (const operation of operations) {
    try {
      apply(masks, proposals, operation, me);
    } catch (error) {
      if (!(error instanceof UnknownRowError)) throw error;
    }
  }
  return { masks, proposals };
}

type Masks = Map<string, MaskRow>;
type Proposals = Map<string, ProposalRow>;

function apply(
  masks: Masks,
  proposals: Proposals,
  operation: Operation | MissedOperation,
  me: string | null,
): void {
  const author = "author" in operation ? operation.author : me;
  if (operation.kind === "verdict") applyVerdict(masks, proposals, operation, author);
  else applyToMask(masks, proposals, operation, author);
}

function applyToMask(
  masks: Masks,
  proposals: Proposals,
  operation: CreateOperation | ReviseOperation | DeleteOperation | CaptionOperation,
  author: string | null,
): void {
  const row = masks.get(operation.mask);
  if (operation.kind === "create") {
    masks.set(operation.mask, {
      id: operation.mask,
      label: operation.label,
      parent: operation.parent ?? null,
      rle: operation.rle,
      z: operation.z ?? 0,
      attributes: withChanges(row?.attributes ?? NO_ATTRIBUTES, operation.attributes),
      proposal: operation.proposal ?? null,
      author,
      caption: row?.caption ?? "",
      caption_recording: row?.caption_recording ?? null,
      revision: row?.revision ?? 1,
      isDeleted: false,
      slot: operation.slot ?? 0,
      isAside: row?.isAside ?? false,
    });
    if (operation.proposal !== undefined) {
      decide(proposals, operation.proposal, "accepted", operation.mask);
    }
    return;
  }
  if (row === undefined) throw new UnknownRowError(`no mask ${operation.mask}`);
  if (operation.kind === "delete") {
    masks.set(row.id, { ...row, isDeleted: true });
    return;
  }
  if (operation.kind === "caption") {
    const caption_recording = operation.recording ?? null;
    masks.set(row.id, { ...row, caption: operation.text, caption_recording });
    return;
  }
  masks.set(row.id, {
    ...row,
    author,
    isDeleted: false,
    rle: operation.rle ?? row.rle,
    z: operation.z ?? row.z,
    label: operation.label === undefined ? row.label : operation.label,
    parent: operation.parent === undefined ? row.parent : operation.parent,
    attributes: withChanges(row.attributes, operation.attributes),
    isAside: operation.aside ?? row.isAside,
  });
}

function applyVerdict(
  masks: Masks,
  proposals: Proposals,
  operation: VerdictOperation,
  author: string | null,
): void {
  if (operation.verdict !== "accepted") {
    decide(proposals, operation.proposal, operation.verdict);
    return;
  }
  const proposal = proposals.get(operation.proposal);
  if (proposal === undefined) throw new UnknownRowError(`no proposal ${operation.proposal}`);
  const { id, mask, label, attributes } = operation;
  const create = { id, kind: "create", mask, label, attributes, rle: proposal.rle } as const;
  applyToMask(masks, proposals, { ...create, proposal: proposal.id }, author);
}

/**
 * A decision on a proposal that this page does not show (it was decided before) is no news, unless
 * it takes the one before back: then the proposal is to be shown.
 */
function decide(
  proposals: Proposals,
  id: string,
  state: ProposalRow["state"],
  made?: string,
): void {
  const proposal = proposals.get(id);
  if (proposal !== undefined) proposals.set(id, { ...proposal, state, made });
  else if (isOpen({ state })) throw new UnknownRowError(`no proposal ${id}`);
}
