/** How loud sound is, on one scale from 0 to 1. */

/** Below this nobody speaks. */
export const QUIET = 0.12;

/** Decibels of the root mean square, mapped so that calm speech fills about two thirds. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 60) / 55));
}
