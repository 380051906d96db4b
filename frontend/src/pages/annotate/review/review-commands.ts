/** The commands of a review by their names and keys. */

import type { Chord } from "@/commands/chord";

export interface ReviewCommands {
  /** Write on the selected mask, or on the whole image. */
  comment(): void;
  /** Look at the next open comment. */
  next(): void;
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
    ...{ id: "comment.next", title: "Next open comment", key: "W" },
    run: (review) => review.next(),
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
