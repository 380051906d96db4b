/** The commands of a review by their names and keys. */

import type { Chord } from "@/commands/chord";
import type { Choice } from "@/editor/conflicts";

export interface ReviewCommands {
  /** Write on the selected mask, or on the whole image. */
  comment(): void;
  /** Look at the next open comment. */
  next(): void;
  /** Open a field below the comment in view. */
  answer(): void;
  /** Resolve the comment in view, and go to the next. */
  resolve(): void;
}

/** A verdict on the whole image. */
export interface VerdictCommands {
  /** Null where the image may be approved; else why not. */
  readonly whyNoApproval: string | null;
  readonly whyNoReturn: string | null;
  approve(): void;
  /** Ask for the message of a return. */
  askWhy(): void;
}

export interface ReviewCommand {
  readonly id: string;
  readonly title: string;
  readonly key: Chord;
  run(review: ReviewCommands): void;
}

export const REVIEW_COMMANDS: readonly ReviewCommand[] = [
  {
    ...{ id: "comment.write", key: "Shift+T" },
    title: "Comment on the selected mask, or on the whole image",
    run: (review) => review.comment(),
  },
  {
    ...{ id: "comment.next", title: "Next open comment", key: "Shift+Q" },
    run: (review) => review.next(),
  },
  {
    ...{ id: "comment.answer", title: "Answer the comment in view", key: "Shift+Y" },
    run: (review) => review.answer(),
  },
  {
    ...{ id: "comment.resolve", key: "Q" },
    title: "Resolve the comment in view, and go to the next",
    run: (review) => review.resolve(),
  },
];

export interface VerdictCommand extends Omit<ReviewCommand, "run"> {
  why(verdict: VerdictCommands): string | null;
  run(verdict: VerdictCommands): void;
}

export const VERDICT_COMMANDS: readonly VerdictCommand[] = [
  {
    ...{ id: "review.approve", title: "Approve the image", key: "Shift+A" },
    why: ({ whyNoApproval }) => whyNoApproval,
    run: (verdict) => verdict.approve(),
  },
  {
    ...{ id: "review.return", title: "Return the image to the annotator", key: "Shift+R" },
    why: ({ whyNoReturn }) => whyNoReturn,
    run: (verdict) => verdict.askWhy(),
  },
];

/** Two people's masks, pair by pair. */
export interface ConflictCommands {
  /** Null where this image has conflicts to look at; else why not. */
  readonly whyNone: string | null;
  /** Look at the next pair that is open. */
  next(): void;
  /** Show both sets, each in its colour, or only what counts. */
  compare(): void;
  /** Why a choice makes no sense now. */
  whyNot(choice: Choice): string | null;
  /** Decide the pair in view, and go to the next. */
  choose(choice: Choice): void;
}

export interface ConflictCommand extends Omit<ReviewCommand, "run"> {
  why(conflicts: ConflictCommands): string | null;
  run(conflicts: ConflictCommands): void;
}

const decides = (choice: Choice, title: string, key: Chord): ConflictCommand => ({
  ...{ id: `conflict.${choice}`, title, key },
  why: (conflicts) => conflicts.whyNot(choice),
  run: (conflicts) => conflicts.choose(choice),
});

export const CONFLICT_COMMANDS: readonly ConflictCommand[] = [
  {
    ...{ id: "conflict.next", title: "Next open conflict", key: "U" },
    why: ({ whyNone }) => whyNone,
    run: (conflicts) => conflicts.next(),
  },
  {
    ...{ id: "conflict.compare", title: "Show both people's masks, or what counts" },
    ...{ key: "Shift+U", why: ({ whyNone }) => whyNone },
    run: (conflicts) => conflicts.compare(),
  },
  decides("first", "Conflict: take the first person's", "Shift+F"),
  decides("other", "Conflict: take the second person's", "Shift+S"),
  decides("both", "Conflict: keep both", "Shift+B"),
  decides("merge", "Conflict: merge them", "Shift+J"),
];
