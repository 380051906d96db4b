import { afterEach, expect, test, vi } from "vitest";
import { barsOf, peaksOf, waveformOf } from "@/recorder/waveform";

afterEach(() => vi.unstubAllGlobals());

test("what the server found is shown, and nothing is decoded", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return Response.json({ peaks: [0.1, 0.4, 0], duration_s: 7199.5 });
  });

  const waveform = await waveformOf("audio", "peaks");

  expect([...waveform.peaks]).toEqual([0.25, 1, 0]);
  expect(waveform.duration_s).toBe(7199.5);
  expect(asked).toEqual(["peaks"]);
});

test("a long recording is not decoded because a server does not answer", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return new Response(null, { status: url === "peaks" ? 503 : 200 });
  });

  await expect(waveformOf("audio", "peaks")).rejects.toThrow(/503/);
  expect(asked).toEqual(["peaks"]);
});

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
