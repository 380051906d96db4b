/** A recording as it looks: how loud each stretch of it is. */

export interface Waveform {
  /** The loudest sample of each stretch, 0 to 1, relative to the loudest of all. */
  readonly peaks: Float32Array;
  readonly duration_s: number;
}

const PEAKS = 1200; // more than any panel has pixels for
const RATE_HZ = 8000; // loudness needs no more
const QUIETEST = 0.02; // a silent take must not be blown up to noise

/** Fetches what the server found when it decoded the recording; of older ones it kept nothing. */
export async function waveformOf(url: string, peaksUrl: string | null): Promise<Waveform> {
  const kept = peaksUrl === null ? null : await fetch(peaksUrl);
  if (!kept || kept.status === 404) return decodedWaveform(url);
  if (!kept.ok) throw new Error(`The waveform was not found (${kept.status}).`);
  const { peaks, duration_s } = (await kept.json()) as { peaks: number[]; duration_s: number };
  return { peaks: relative(Float32Array.from(peaks)), duration_s };
}

/** Throws where the browser cannot decode it. All of it is held: older recordings are short. */
async function decodedWaveform(url: string): Promise<Waveform> {
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
  for (let index = 0; index < peaks.length; index += 1) {
    let peak = 0;
    const end = Math.round((index + 1) * step);
    for (let at = Math.round(index * step); at < end; at += 1)
      peak = Math.max(peak, Math.abs(samples[at] as number));
    peaks[index] = peak;
  }
  return relative(peaks);
}

function relative(peaks: Float32Array): Float32Array {
  const most = peaks.reduce((loudest, peak) => Math.max(loudest, peak), QUIETEST);
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
