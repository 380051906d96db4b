/** The mask in the making: its prompts, the decoder's answers, and the one that is chosen. */

import type { SizeHW } from "@/editor/geometry";
import { type Mask, maskFromRuns } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
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
  readonly prompts: readonly Prompt[];
  /** One answer, or three for an ambiguous point, in the decoder's order. */
  readonly hypotheses: readonly Hypothesis[];
  readonly chosen: number;
  readonly isDecoding: boolean;
  /** Which of three the person took, once there were three. */
  readonly picked: 0 | 1 | 2 | undefined;
  /** When the newest prompt was given, and what its answer took. */
  readonly asked_ms: number;
  readonly timings: SamTimings | null;
}

/** Asks the decoder; null when a later request overtook this one. */
export type DecodePrompts = (
  prompts: readonly Prompt[],
  previous: Float32Array | null,
) => Promise<Decoded | null>;

export class Draft {
  readonly state = new Signal<DraftState | null>(null);
  #history: DraftState[] = [];
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

  /** Add a prompt. `start` says what a draft that begins here is about, and from which logits. */
  async addPrompt(
    prompt: Prompt,
    start: { target: Target; logits: Float32Array | null },
    asked_ms: number,
  ): Promise<void> {
    const before = this.state.get();
    if (before !== null) this.#history.push(before);
    const previous = before?.hypotheses[before.chosen]?.logits ?? start.logits;
    const asking: DraftState = {
      target: before?.target ?? start.target,
      prompts: [...(before?.prompts ?? []), prompt],
      hypotheses: before?.hypotheses ?? [],
      chosen: before?.chosen ?? 0,
      isDecoding: true,
      picked: before?.picked,
      asked_ms,
      timings: null,
    };
    this.state.set(asking);
    try {
      const decoded = await this.#decode(asking.prompts, previous);
      if (decoded !== null && this.state.get() === asking) this.#show(asking, decoded);
    } catch (error) {
      if (this.state.get() === asking) this.state.set(this.#history.pop() ?? null);
      this.#onError(error);
    }
  }

  /** Take one of the three hypotheses of an ambiguous point. */
  choose(index: 0 | 1 | 2): void {
    const state = this.state.get();
    if (state === null || !isAmbiguous(state)) return;
    this.state.set({ ...state, chosen: index, picked: index });
  }

  /** Take back the newest prompt; false when there is none. */
  undoPrompt(): boolean {
    if (this.state.get() === null) return false;
    const before = this.#history.pop() ?? null;
    this.state.set(before === null ? null : { ...before, isDecoding: false });
    return true;
  }

  clear(): void {
    this.#history = [];
    this.state.set(null);
  }

  #show(asking: DraftState, { mask, others, timings }: Decoded): void {
    const best = this.#hypothesisOf(mask);
    const shown: DraftState = {
      ...asking,
      hypotheses: [best],
      chosen: 0,
      isDecoding: false,
      timings,
    };
    this.state.set(shown);
    void others.then((rest) => {
      if (rest.length === 0 || this.state.get() !== shown) return;
      const all = [best, ...rest.map((other) => this.#hypothesisOf(other))];
      const hypotheses = all.sort((a, b) => a.token - b.token);
      const chosen = hypotheses.indexOf(best);
      this.state.set({ ...shown, hypotheses, chosen, picked: chosen as 0 | 1 | 2 });
    });
  }

  #hypothesisOf({ runs, logits, predicted_iou, token }: SamMask): Hypothesis {
    return { mask: maskFromRuns(this.#size_hw, runs), logits, predicted_iou, token };
  }
}

/** Whether the three keys choose between hypotheses now. */
export function isAmbiguous(state: DraftState | null): boolean {
  return state !== null && state.hypotheses.length === 3 && !state.isDecoding;
}
