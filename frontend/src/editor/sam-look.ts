/** What a decoder sees of an image before any point, handed back to it with each click. */

const DIMS = {
  look_image: [4096, 256],
  look_key: [8, 16, 4096],
  look_value: [8, 4096, 16],
  look_upscaled: [4096, 256],
} as const;

export type LookPart = keyof typeof DIMS;

/**
 * The parts that a graph takes back, by its inputs.
 *
 * A bundle keeps the graph that it was made with: the older ones know no `look_upscaled`.
 */
export function lookPartsOf(inputs: readonly string[]): LookPart[] {
  const parts = Object.keys(DIMS) as LookPart[];
  return parts.filter((part) => inputs.includes(`known_${part}`));
}

/** The size of a part that says: nothing has been seen yet. */
export function unseenDims(part: LookPart): number[] {
  return [0, ...DIMS[part]];
}
