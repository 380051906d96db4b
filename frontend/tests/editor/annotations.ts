/** Annotations for tests: squares on an image of 20 x 30. */

import type { Box, SizeHW } from "@/editor/geometry";
import { fromBitmap, maskToRLE } from "@/editor/mask";
import type { Annotations, MaskRow, ProposalRow } from "@/editor/operations";
import type { RLE } from "@/editor/rle";

export const SIZE_HW: SizeHW = [20, 30];

export function square(x: number, y: number, side: number): RLE {
  const box: Box = { x0: x, y0: y, x1: x + side, y1: y + side };
  return maskToRLE(fromBitmap({ box, data: new Uint8Array(side * side).fill(1) }, SIZE_HW));
}

export function maskRow(id: string, rle: RLE, change: Partial<MaskRow> = {}): MaskRow {
  const row = { z: 0, label: null, parent: null, proposal: null, author: "ada", revision: 1 };
  const common = { isDeleted: false, slot: 0, isAside: false, attributes: {} };
  const said = { caption: "", caption_recording: null };
  return { ...row, ...common, ...said, id, rle, ...change };
}

export function proposalRow(id: string, rle: RLE, score: number): ProposalRow {
  const row = {
    label: null,
    model: null,
    stability: 0.9,
    point_xy: [1, 1],
  } as const;
  return { ...row, id, rle, score, state: "pending" };
}

export function annotationsOf(
  masks: readonly MaskRow[],
  proposals: readonly ProposalRow[] = [],
): Annotations {
  return {
    masks: new Map(masks.map((row) => [row.id, row])),
    proposals: new Map(proposals.map((row) => [row.id, row])),
  };
}
