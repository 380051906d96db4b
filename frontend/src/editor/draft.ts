/** The mask in the making: its prompts, the decoder's answers, and the one that is chosen. */

import type { ImagePoint, SizeHW } from "@/editor/geometry";
import { contains, type Mask, maskFromRuns } from "@/editor/mask";
import { intersect, iouOf } from "@/editor/mask-sets";
import type { Prompt, TakenAnswer } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";
import type { SamMask, SamTimings } from "@/editor/sam.messages";
import { Signal } from "@/editor/signal";

/** What accepting a draft will make or change. */
export type Target =
  | { readonly kind: "new" }
  | { readonly kind: "mask"; readonly id: string }
  | { readonly kind: "proposal"; readonly id: string };

export interface Hypothesis {
  readonly mask: Mask;
  readonly logits: Float32Array;
  readonly predicted_iou: number;
  readonly token: 0 | 1 | 2 | 3;
}

export interface DraftState {
  readonly target: Target;
  /** What the target looked like to the decoder when the draft began; null for a new mask. */
  readonly begun_logits: Float32Array | null;
  /** And to the person; null for a new mask, and after a reload. */
  readonly begun_mask: Mask | null;
  readonly prompts: readonly Prompt[];
  /** The prompt that the next key means. */
  readonly active: number | null;
  /** One answer, or three for an ambiguous point, in the decoder's order. */
  readonly hypotheses: readonly Hypothesis[];
  readonly chosen: number;
  readonly isDecoding: boolean;
  /** Whose the answer is; which of three, once there were three, and whether the person chose it. */
  readonly taken: TakenAnswer;
  /** When the newest prompt was given, and what its answer took. */
  readonly asked_ms: number;
  readonly timings: SamTimings | null;
}

/** What another page needs to go on with a draft: answers are asked for again. */
export type KeptDraft = Pick<DraftState, "target" | "prompts" | "taken">;

const ALIKE_IOU = 0.95; // from here on two masks are one to a person
const LEAST_KEPT = 0.5; // of a mask, by points that add to it

/** Asks the decoder; null when a later request overtook this one. */
export type DecodePrompts = (
  prompts: readonly Prompt[],
  previous: Float32Array | null,
) => Promise<Decoded | null>;

export class Draft {
  readonly state = new Signal<DraftState | null>(null);
  #history: DraftState[] = [];
  #undone: DraftState[] = []; // what redo brings back, the next one last
  #gesture = 0; // answers to an earlier gesture's questions are dropped
  #size_hw: SizeHW;
  #decode: DecodePrompts;
  #onError: (error: unknown) => void;

  constructor(size_hw: SizeHW, decode: DecodePrompts, onError: (error: unknown) => void) {
    this.#size_hw = size_hw;
    this.#decode = decode;
    this.#onError = onError;
  }

  get mask(): Mask | null {
    const state = this.state.get();
    return state?.hypotheses[state.chosen]?.mask ?? null;
  }

  /** Add prompts. `start` says what a draft that begins here is about, and from which logits. */
  async addPrompts(
    prompts: readonly Prompt[],
    start: { target: Target; logits: Float32Array | null; mask: Mask | null },
    asked_ms: number,
  ): Promise<void> {
    const before = this.state.get();
    this.beginMove();
    const begun_logits = before === null ? start.logits : before.begun_logits;
    const previous = before?.hypotheses[before.chosen]?.logits ?? begun_logits;
    const asking: DraftState = {
      target: before?.target ?? start.target,
      begun_logits,
      begun_mask: before === null ? start.mask : before.begun_mask,
      prompts: [...(before?.prompts ?? []), ...prompts],
      active: null,
      hypotheses: before?.hypotheses ?? [],
      chosen: before?.chosen ?? 0,
      isDecoding: true,
      taken: before?.taken ?? {},
      asked_ms,
      timings: null,
    };
    await this.#ask(asking, previous);
  }

  /**
   * Go on with a draft of an earlier page. All prompts are asked about at once, from the target's
   * logits: those in between are gone. Undo takes the prompts back one by one.
   */
  async restore(kept: KeptDraft, begun_logits: Float32Array | null): Promise<void> {
    const { target, prompts, taken } = kept;
    const after = (count: number): DraftState => ({
      ...{ target, begun_logits, begun_mask: null, prompts: prompts.slice(0, count), taken },
      ...{ active: null, hypotheses: [], chosen: 0, isDecoding: true, asked_ms: 0, timings: null },
    });
    this.#history = prompts.slice(1).map((_, index) => after(index + 1));
    await this.#askAgain(after(prompts.length));
  }

  /** The point prompt within reach, the newest first; null when there is none. */
  pointAt(at: ImagePoint, reach_px: number): number | null {
    const found = this.state
      .get()
      ?.prompts.findLastIndex(
        (prompt) =>
          prompt.kind === "point" &&
          Math.hypot(prompt.xy[0] - at.x, prompt.xy[1] - at.y) <= reach_px,
      );
    return found === undefined || found === -1 ? null : found;
  }

  setActive(active: number | null): void {
    const state = this.state.get();
    if (state !== null && state.active !== active) this.state.set({ ...state, active });
  }

  /** Remember how things are, so that what `movePoint` does next is one step of undo. */
  beginMove(): void {
    this.#gesture += 1;
    this.forgetUndone();
    const state = this.state.get();
    if (state !== null) this.#history.push(state);
  }

  /** Put a point elsewhere and ask anew; the mask follows as fast as the decoder can. */
  async movePoint(index: number, to: ImagePoint, asked_ms: number): Promise<void> {
    const state = this.state.get();
    const point = state?.prompts[index];
    if (state === null || point?.kind !== "point") return;
    const moved: Prompt = { ...point, xy: [to.x, to.y] };
    const prompts = state.prompts.with(index, moved);
    await this.#askAnew({ ...state, prompts, active: index, asked_ms });
  }

  /** Take one prompt away; without any left there is no draft. */
  async removePrompt(index: number, asked_ms: number): Promise<void> {
    const state = this.state.get();
    if (state === null || state.prompts[index] === undefined) return;
    const prompts = state.prompts.toSpliced(index, 1);
    if (prompts.length === 0) {
      this.clear();
      return;
    }
    this.beginMove();
    await this.#askAnew({ ...state, prompts, active: null, asked_ms });
  }

  /** Take one of the three hypotheses of an ambiguous point. */
  choose(index: 0 | 1 | 2): void {
    const state = this.state.get();
    if (state === null || !isAmbiguous(state)) return;
    const taken = { ...state.taken, hypothesis: index, picked: true } as const;
    this.state.set({ ...state, chosen: index, taken });
  }

  /** Take back the newest prompt, move or removal; false when there is no draft. */
  undoPrompt(): boolean {
    const state = this.state.get();
    if (state === null) return false;
    this.#undone.push(state);
    this.dropNewest();
    return true;
  }

  get canRedo(): boolean {
    return this.#undone.length > 0;
  }

  /** Bring back what was taken back last; false when there is no such thing. */
  redoPrompt(): boolean {
    const next = this.#undone.pop();
    if (next === undefined) return false;
    const state = this.state.get();
    if (state !== null) this.#history.push(state);
    this.#goTo(next);
    return true;
  }

  forgetUndone(): void {
    this.#undone = [];
  }

  /** Undo the newest prompt, move or removal as if it had never been. */
  dropNewest(): void {
    this.#goTo(this.#history.pop() ?? null);
  }

  clear(): void {
    this.#gesture += 1;
    this.#history = [];
    this.forgetUndone();
    this.state.set(null);
  }

  #goTo(state: DraftState | null): void {
    this.#gesture += 1;
    if (state?.isDecoding) void this.#askAgain(state);
    else this.state.set(state);
  }

  /** Ask for an answer that was never seen. If it fails the prompts stay: they were wanted. */
  #askAgain(state: DraftState): Promise<void> {
    const asking = { ...state, isDecoding: true, asked_ms: performance.now(), timings: null };
    const stay = (): void => this.state.set({ ...asking, isDecoding: false });
    return this.#ask(asking, state.begun_logits, stay);
  }

  /** The last answer speaks of prompts that are no more: begin with the target's own logits. */
  #askAnew(state: DraftState): Promise<void> {
    return this.#ask({ ...state, isDecoding: true, timings: null }, state.begun_logits);
  }

  async #ask(
    asking: DraftState,
    previous: Float32Array | null,
    giveUp = () => this.dropNewest(),
  ): Promise<void> {
    const gesture = this.#gesture;
    const answer = this.#decode(asking.prompts, previous); // first: the worker starts at once
    this.state.set(asking);
    try {
      const decoded = await answer;
      const state = this.state.get();
      if (decoded === null || state === null || gesture !== this.#gesture) return;
      if (state.prompts === asking.prompts) this.#show(asking, decoded);
      else this.state.set({ ...state, hypotheses: [this.#hypothesisOf(decoded.mask)], chosen: 0 });
    } catch (error) {
      if (gesture !== this.#gesture) return;
      giveUp();
      this.#onError(error);
    }
  }

  #show(asking: DraftState, { bundle, mask, others, closer, timings }: Decoded): void {
    const best = this.#hypothesisOf(mask);
    const shown: DraftState = {
      ...asking,
      ...(isAnotherObject(asking, best.mask) ? ANOTHER : {}),
      active: this.state.get()?.active ?? null,
      hypotheses: [best],
      chosen: 0,
      isDecoding: false,
      taken: { ...asking.taken, bundle },
      timings,
    };
    this.state.set(shown);
    if (closer === undefined) this.#offer(shown, best, others);
    else
      void closer().then((finer) => {
        const state = this.state.get();
        if (state?.hypotheses !== shown.hypotheses || state.isDecoding) return;
        if (finer === null) this.#offer(shown, best, others);
        else this.#show({ ...asking, taken: state.taken }, { ...finer, timings });
      });
  }

  /** Let the person choose, once the other answers to an ambiguous point are there. */
  #offer(shown: DraftState, best: Hypothesis, others: Decoded["others"]): void {
    const { taken: asked } = shown;
    void others.then((rest) => {
      const state = this.state.get();
      if (rest.length === 0 || state?.hypotheses !== shown.hypotheses || state.isDecoding) return;
      const all = [best, ...rest.map((other) => this.#hypothesisOf(other))];
      if (areAlike(all)) return;
      const hypotheses = all.sort((a, b) => a.token - b.token);
      const { picked, hypothesis = 0 } = asked;
      const chosen = picked ? hypothesis : hypotheses.indexOf(best);
      this.state.set({
        ...{ ...state, hypotheses, chosen },
        taken: { ...asked, hypothesis: chosen as 0 | 1 | 2 },
      });
    });
  }

  #hypothesisOf({ runs, logits, predicted_iou, token }: SamMask): Hypothesis {
    return { mask: maskFromRuns(this.#size_hw, runs), logits, predicted_iou, token };
  }
}

const ANOTHER = { target: { kind: "new" }, begun_logits: null, begun_mask: null } as const;

/**
 * Whether points outside a mask were answered by something else: then they mean another object, as a
 * point that adds to a mask does not take most of it away.
 */
function isAnotherObject({ begun_mask, prompts }: DraftState, answer: Mask): boolean {
  if (begun_mask === null) return false;
  const isOutside = (prompt: Prompt): boolean =>
    prompt.kind === "point" &&
    prompt.label === 1 &&
    !contains(begun_mask, { x: prompt.xy[0], y: prompt.xy[1] });
  if (!prompts.every(isOutside)) return false;
  return intersect(answer, begun_mask).area_px < LEAST_KEPT * begun_mask.area_px;
}

/** Whether there is nothing to choose: each two of the hypotheses are nearly the same mask. */
function areAlike(hypotheses: readonly Hypothesis[]): boolean {
  const masks = hypotheses.map(({ mask }) => mask);
  return masks.every((a, at) => masks.slice(at + 1).every((b) => iouOf(a, b) >= ALIKE_IOU));
}

/** Whether the three keys choose between hypotheses now. */
export function isAmbiguous(state: DraftState | null): boolean {
  return state !== null && state.hypotheses.length === 3 && !state.isDecoding;
}
