/**
 * The answer to the click that seems to come, asked for while the pointer rests.
 *
 * A hand stops before it presses. What the decoder does meanwhile, the click need not wait for.
 */

import type { DecodePrompts } from "@/editor/draft";
import type { ImagePoint } from "@/editor/geometry";
import type { Prompt } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";
import type { Schedule } from "@/editor/schedule";

/** Shorter, and every slow movement asks; longer, and the press comes first. */
const REST_MS = 60;

interface Foreseen {
  readonly at: ImagePoint;
  readonly answer: Promise<Decoded | null>;
}

export class Foresight {
  #ask: DecodePrompts;
  #schedule: Schedule;
  #foreseen: Foreseen | null = null;
  #callOff: () => void = () => undefined;

  constructor(ask: DecodePrompts, schedule: Schedule) {
    this.#ask = ask;
    this.#schedule = schedule;
  }

  /** The pointer has come here, and a click would be the first prompt of a new object. */
  expect(at: ImagePoint): void {
    this.#callOff();
    this.#callOff = this.#schedule(() => this.#foresee(at), REST_MS);
  }

  /** No click is expected any more. What has been asked for is answered all the same. */
  forget(): void {
    this.#callOff();
    this.#foreseen = null;
  }

  /** Decode prompts: from what was foreseen, if it was these. */
  readonly decode: DecodePrompts = (prompts, previous) => {
    const foreseen = this.#foreseen;
    this.forget();
    if (foreseen === null || previous !== null || !isPointAt(prompts, foreseen.at)) {
      return this.#ask(prompts, previous);
    }
    return foreseen.answer.then((answer) => answer ?? this.#ask(prompts, previous));
  };

  #foresee(at: ImagePoint): void {
    const point: Prompt = { kind: "point", xy: [at.x, at.y], label: 1 };
    // Nobody has clicked yet: what goes wrong is told when somebody does.
    const answer = this.#ask([point], null).catch(() => null);
    this.#foreseen = { at, answer };
  }
}

function isPointAt(prompts: readonly Prompt[], at: ImagePoint): boolean {
  const [only, ...others] = prompts;
  if (only?.kind !== "point" || others.length > 0 || only.label !== 1) return false;
  return only.xy[0] === at.x && only.xy[1] === at.y;
}
