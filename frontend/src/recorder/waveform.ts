/** A recording as it looks: how loud each stretch of it is, decoded once in the browser. */

export interface Waveform {
  /** The loudest sample of each stretch, 0 to 1, relative to the loudest of all. */
  readonly peaks: Float32Array;
  readonly duration_s: number;
}

const PEAKS = 1200; // more than any panel has pixels for
const RATE_HZ = 8000; // an hour is 115 MB of samples; loudness needs no more
const QUIETEST = 0.02; // a silent take must not be blown up to noise

/** Fetches and decodes. Throws where the browser cannot decode it. */
export async function waveformOf(url: string): Promise<Waveform> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The audio was not found (${response.status}).`);
  const context = new OfflineAudioContext(1, 1, RATE_HZ);
  const decoded = await context.decodeAudioData(await response.arrayBuffer());
  return { peaks: peaksOf(decoded.getChannelData(0), PEAKS), duration_s: decoded.duration };
}

/** The loudest sample of each of `count` equal stretches. */
export function peaksOf(samples: Float32Array, count: number): Float32Array {
  const peaks = new Float32Array(Math.min(count, samples.length));
  const step = samples.length / peaks.length;
  let most = QUIETEST;
  for (let index = 0; index < peaks.length; index += 1) {
    let peak = 0;
    const end = Math.round((index + 1) * step);
    for (let at = Math.round(index * step); at < end; at += 1)
      peak = Math.max(peak, Math.abs(samples[at] as number));
    peaks[index] = peak;
    most = Math.max(most, peak);
  }
  return peaks.map((peak) => peak / most);
}

/** The peaks of `count` bars: each the loudest that it covers. */
export function barsOf(peaks: Float32Array, count: number): number[] {
  return Array.from({ length: count }, (_, bar) => {
    const from = Math.floor((bar * peaks.length) / count);
    const to = Math.max(from + 1, Math.floor(((bar + 1) * peaks.length) / count));
    return peaks.subarray(from, to).reduce((most, peak) => Math.max(most, peak), 0);
  });
}
