/** Which of the decoder's four masks a lone point shows first: engine/segmentation/predictor.py. */

export type Hypothesis = 1 | 2 | 3; // a token; 0 is the single answer
export const HYPOTHESES: readonly Hypothesis[] = [1, 2, 3];

/** By how much a hypothesis must be surer than the single answer to be shown instead. */
const CLEARLY_SURER = 0.15;

/**
 * The token to show, and its place among the three hypotheses.
 *
 * The single answer takes the place of the hypothesis that it is most like.
 *
 * `iou` holds 4 predictions, `logits` 4 planes of the same size.
 */
export function firstAnswer(
  iou: ArrayLike<number>,
  logits: Float32Array,
): { shown: 0 | Hypothesis; place: Hypothesis } {
  const surest = best((token) => iou[token] as number);
  if ((iou[surest] as number) > (iou[0] as number) + CLEARLY_SURER) {
    return { shown: surest, place: surest };
  }
  return { shown: 0, place: best((token) => likeness(logits, token)) };
}

function best(scoreOf: (token: Hypothesis) => number): Hypothesis {
  const scored = HYPOTHESES.map((token) => [scoreOf(token), token] as const);
  return scored.reduce((a, b) => (b[0] > a[0] ? b : a))[1];
}

/** IoU of a hypothesis with the single answer, cell by cell. */
function likeness(logits: Float32Array, token: Hypothesis): number {
  const plane = logits.length / 4;
  let [shared, either] = [0, 0];
  for (let at = 0, own = token * plane; at < plane; at += 1, own += 1) {
    const inSingle = (logits[at] as number) > 0;
    const inOwn = (logits[own] as number) > 0;
    if (inSingle && inOwn) shared += 1;
    if (inSingle || inOwn) either += 1;
  }
  return shared / Math.max(either, 1);
}
