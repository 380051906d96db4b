/** The tour's image: discs, which of them a model proposes, and what it answers to a click. */

import { logitsOfMask, maskOfLogits } from "@/editor/frame";
import type { ImagePoint, SizeHW } from "@/editor/geometry";
import { fromBitmap, type Mask, maskToRLE, runsOf, toBitmap } from "@/editor/mask";
import type { Annotations, Prompt, ProposalRow } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";

export const SIZE_HW: SizeHW = [440, 640];

export interface Disc {
  readonly x: number; // image pixels
  readonly y: number;
  readonly radius: number;
  readonly colour: string;
  readonly isProposed: boolean;
}

/** The one that nobody proposes has a shadow, which a click on its light part leaves out. */
export const MISSED: Disc = { x: 470, y: 150, radius: 92, colour: "#e9b872", isProposed: false };
export const DISCS: readonly Disc[] = [
  { x: 138, y: 130, radius: 68, colour: "#7fb7be", isProposed: true },
  { x: 292, y: 96, radius: 44, colour: "#c5a3cf", isProposed: true },
  { x: 232, y: 306, radius: 82, colour: "#93c08b", isProposed: true },
  { x: 432, y: 348, radius: 54, colour: "#df9a8f", isProposed: true },
  MISSED,
];

/** Whether a point of the missed disc is in its shadow, which lies at the lower right. */
export function isInShadow({ x, y }: ImagePoint): boolean {
  return (x - MISSED.x + (y - MISSED.y)) / Math.SQRT2 > SHADOW_FROM * MISSED.radius;
}
export const SHADOW_FROM = 0.42; // of the radius, from the middle

type Region = (at: ImagePoint) => boolean;

const within =
  ({ x, y, radius }: Disc): Region =>
  (at) =>
    Math.hypot(at.x - x, at.y - y) <= radius;

/** What one click means: a disc; of the missed one its light part or its shadow. */
const REGIONS: readonly Region[] = [
  ...DISCS.filter((disc) => disc !== MISSED).map(within),
  (at) => within(MISSED)(at) && !isInShadow(at),
  (at) => within(MISSED)(at) && isInShadow(at),
];

/** The pixels whose middles satisfy a condition. */
function maskWhere(isInside: Region): Mask {
  const [height, width] = SIZE_HW;
  const data = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      if (isInside({ x: x + 0.5, y: y + 0.5 })) data[y * width + x] = 1;
    }
  }
  return fromBitmap({ box: { x0: 0, y0: 0, x1: width, y1: height }, data }, SIZE_HW);
}

/** What is on the image before anybody has worked on it. */
export function sampleAnnotations(): Annotations {
  const rows = DISCS.filter(({ isProposed }) => isProposed).map(
    (disc, at): ProposalRow => ({
      ...{ id: `sample-${at}`, label: null, state: "pending" },
      ...{
        model: null,
        score: 0.97 - 0.02 * at,
        stability: 0.95,
        point_xy: [disc.x, disc.y],
      },
      rle: maskToRLE(maskWhere(within(disc))),
    }),
  );
  return { masks: new Map(), proposals: new Map(rows.map((row) => [row.id, row])) };
}

/** Stand in for a model: the regions under the points and boxes, on top of what was there. */
export async function answerTo(
  prompts: readonly Prompt[],
  previous: Float32Array | null,
): Promise<Decoded> {
  const [height, width] = SIZE_HW;
  const before = previous === null ? null : maskOfLogits(previous, SIZE_HW);
  const bytes =
    before === null ? null : toBitmap(before, { x0: 0, y0: 0, x1: width, y1: height }).data;
  const wanted = REGIONS.filter((region) => prompts.some((prompt) => isMeant(prompt, region, 1)));
  const unwanted = REGIONS.filter((region) => prompts.some((prompt) => isMeant(prompt, region, 0)));
  const mask = maskWhere((at) => {
    if (unwanted.some((region) => region(at))) return false;
    if (wanted.some((region) => region(at))) return true;
    return bytes?.[Math.floor(at.y) * width + Math.floor(at.x)] === 1;
  });
  if (mask.area_px === 0) throw new Error("On this image only the discs are objects: click one.");
  const answer = { runs: runsOf(mask), logits: Float32Array.from(logitsOfMask(mask)) };
  return {
    bundle: "tour",
    mask: { ...answer, token: 0, predicted_iou: 0.93 },
    others: Promise.resolve([]),
    timings: { decoder_ms: 0, upscale_ms: 0 },
  };
}

function isMeant(prompt: Prompt, region: Region, label: 0 | 1): boolean {
  if (prompt.kind === "point") {
    return prompt.label === label && region({ x: prompt.xy[0], y: prompt.xy[1] });
  }
  const [x0, y0, x1, y1] = prompt.box_xyxy;
  return label === 1 && region({ x: (x0 + x1) / 2, y: (y0 + y1) / 2 });
}
