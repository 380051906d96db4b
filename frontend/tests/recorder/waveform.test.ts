import { expect, test } from "vitest";
import { barsOf, peaksOf } from "@/recorder/waveform";

test("each stretch is as high as its loudest sample, the loudest of all is one", () => {
  const samples = Float32Array.of(0.1, -0.2, 0, 0, 0.4, 0.1);

  expect([...peaksOf(samples, 3)].map((peak) => Math.round(peak * 10) / 10)).toEqual([0.5, 0, 1]);
});

test("a silent recording stays flat", () => {
  expect(Math.max(...peaksOf(new Float32Array(100).fill(0.001), 10))).toBeLessThan(0.1);
});

test("fewer samples than stretches, or none, are no fault", () => {
  expect(peaksOf(Float32Array.of(0.5, 1), 10)).toHaveLength(2);
  expect(peaksOf(new Float32Array(), 10)).toHaveLength(0);
});

test("a bar is as high as the highest peak that it covers", () => {
  expect(barsOf(Float32Array.of(0.25, 1, 0, 0.5), 2)).toEqual([1, 0.5]);
  expect(barsOf(Float32Array.of(0.25, 1), 4)).toEqual([0.25, 0.25, 1, 1]);
});
