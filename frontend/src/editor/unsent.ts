/** What a person has written about an image and not sent: closing its field throws nothing away. */

import type { CommentPlace } from "@/editor/comment-place";
import { Signal } from "@/editor/signal";

/** Its id stays from one try to the next: a comment that is sent twice is written once. */
interface Written {
  readonly id: string;
  readonly text: string;
}

export interface UnsentComment extends Written {
  /** Where it was written last. */
  readonly place: CommentPlace;
}

export interface UnsentAnswer extends Written {
  /** The comment below which it will stand. */
  readonly answers: string;
}

/** A take about a mask, and what has come of it. */
export type SpokenCaption =
  | { readonly kind: "awaited"; readonly recording: string } // it is spoken, sent or heard
  | { readonly kind: "heard"; readonly recording: string } // its words are in what is written
  | { readonly kind: "unheard"; readonly recording: string; readonly why: string };

export class Unsent {
  readonly comment = new Signal<UnsentComment | null>(null);
  /** One to each comment at most. */
  readonly answers = new Signal<readonly UnsentAnswer[]>([]);
  /** Captions of masks that are being written, by mask. */
  readonly captions = new Signal<Readonly<Record<string, string>>>({});
  /** The newest take about each mask whose words nobody has kept or dropped yet. */
  readonly spoken = new Signal<Readonly<Record<string, SpokenCaption>>>({});
  /** What should be changed, to whom the image is returned. */
  readonly message = new Signal("");

  writeComment(text: string, place: CommentPlace): void {
    const id = this.comment.get()?.id ?? crypto.randomUUID();
    this.comment.set(text === "" ? null : { id, text, place });
  }

  /** Null where it is kept, or thrown away. Whoever empties a field begins anew, by typing. */
  writeCaption(mask: string, text: string | null): void {
    const { [mask]: _, ...others } = this.captions.get();
    this.captions.set(text === null ? others : { ...others, [mask]: text });
    const spoken = this.spoken.get()[mask]?.kind;
    if (spoken === "unheard" || (spoken === "heard" && !text?.trim())) this.noteSpoken(mask, null);
  }

  noteSpoken(mask: string, spoken: SpokenCaption | null): void {
    const { [mask]: _, ...others } = this.spoken.get();
    this.spoken.set(spoken === null ? others : { ...others, [mask]: spoken });
  }

  writeAnswer(answers: string, text: string): void {
    const all = this.answers.get();
    const others = all.filter((each) => each.answers !== answers);
    const id = all.find((each) => each.answers === answers)?.id ?? crypto.randomUUID();
    this.answers.set(text === "" ? others : [...others, { id, text, answers }]);
  }

  /** Answers to none of these comments: theirs was withdrawn. */
  orphans(comments: readonly { readonly id: string }[]): readonly UnsentAnswer[] {
    const ids = new Set(comments.map(({ id }) => id));
    return this.answers.get().filter(({ answers }) => !ids.has(answers));
  }

  /** Have what an answer says go on as a comment, after what is written of one so far. */
  turnToComment({ answers, text }: UnsentAnswer): void {
    const begun = this.comment.get();
    const whole = begun === null ? text : `${begun.text}\n\n${text}`;
    this.writeComment(whole, begun?.place ?? { kind: "image" });
    this.writeAnswer(answers, "");
  }
}
