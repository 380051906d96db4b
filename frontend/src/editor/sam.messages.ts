/** What the page and the decoder's worker say to each other. */

import type { SizeHW, Window } from "@/editor/geometry";
import type { Prompt } from "@/editor/operations";

/** The name of a worker that does not warm the decoder up. */
export const COLD = "cold";

export type SamRequest =
  | { kind: "load"; id: number; bundle: string; decoder: ArrayBuffer }
  | { kind: "embed"; key: string; float16: ArrayBuffer }
  | { kind: "decode"; id: number; decode: DecodeRequest };

export interface DecodeRequest {
  readonly bundle: string;
  readonly embedding: string; // its key
  readonly size_hw: SizeHW; // of the image
  readonly window: Window; // of the image, that the embedding shows
  readonly prompts: readonly Prompt[]; // in image pixels
  readonly previous: Float32Array | null; // 256 x 256 logits of the mask that is being corrected
}

/** One of the decoder's masks, at the size of the image. */
export interface SamMask {
  readonly token: 0 | 1 | 2 | 3;
  readonly runs: Uint32Array<ArrayBuffer>; // column-major, background first
  readonly predicted_iou: number; // a bare regression: may leave [0, 1]
  readonly logits: Float32Array<ArrayBuffer>; // 256 x 256, over the window
}

export interface SamTimings {
  readonly decoder_ms: number; // onnxruntime alone
  readonly upscale_ms: number; // logits to a mask of the image's size
}

/** `mask` answers a request at once; `others` follows with the other hypotheses, if any. */
export type SamReply =
  | { kind: "loaded"; id: number; threads: number }
  | { kind: "mask"; id: number; mask: SamMask; timings: SamTimings }
  | { kind: "others"; id: number; masks: readonly SamMask[] }
  | { kind: "failed"; id: number; message: string; isEmbeddingMissing: boolean };
