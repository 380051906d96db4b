/** Bars of loudness on a canvas, in the colours of the page. */

import type { Word } from "@/api/types";
import { afterCut, type Cut } from "@/recorder/cuts";
import { barsOf, type Waveform } from "@/recorder/waveform";
import { isUnsure } from "@/recorder/words";

export interface WaveformScene {
  readonly waveform: Waveform | undefined;
  readonly durationS: number;
  readonly seconds: number;
  readonly words: readonly Word[];
  readonly cuts: readonly Cut[];
}

const BAR_PX = 2;
const STEP_PX = 3;
const CUT_ALPHA = 0.25; // what was taken back is there, but not heard
const MARK_PX = 3; // of unsure words, along the lower edge

export function drawWaveform(canvas: HTMLCanvasElement, scene: WaveformScene): void {
  const { clientWidth: width, clientHeight: height } = canvas;
  const context = canvas.getContext("2d");
  if (context === null || width === 0) return;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);

  const { waveform, durationS, seconds, words, cuts } = scene;
  const styles = getComputedStyle(canvas);
  const colour = (name: string) => styles.getPropertyValue(name);
  const placeOf = (at: number) => (durationS > 0 ? (at / durationS) * width : 0);
  const room = height - MARK_PX - 2;

  context.fillStyle = colour("--mantine-color-orange-filled");
  for (const word of words.filter(isUnsure)) {
    const x = placeOf(word.start_s);
    context.fillRect(x, height - MARK_PX, Math.max(2, placeOf(word.end_s) - x), MARK_PX);
  }

  const bars = waveform ? barsOf(waveform.peaks, Math.floor(width / STEP_PX)) : [];
  const ahead = styles.color;
  const played = colour("--mantine-primary-color-filled");
  bars.forEach((peak, bar) => {
    const length = Math.max(1, peak * room);
    const at = ((bar * STEP_PX) / width) * durationS;
    context.globalAlpha = afterCut(cuts, at) > at ? CUT_ALPHA : 1;
    context.fillStyle = at < seconds ? played : ahead;
    context.fillRect(bar * STEP_PX, (room - length) / 2, BAR_PX, length);
  });
  context.globalAlpha = 1;
  if (bars.length === 0) {
    context.fillStyle = ahead;
    context.fillRect(0, room / 2, width, 1);
  }
  context.fillStyle = played;
  context.fillRect(placeOf(seconds) - 0.75, 0, 1.5, room);
}
