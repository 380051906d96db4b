/** SAM's mask decoder in a Web Worker: prompts and an embedding in, masks of the image out. */

import glueUrl from "onnxruntime-web/ort-wasm-simd-threaded.mjs?url";
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { float32FromFloat16 } from "@/editor/float16";
import { LOGITS_SIDE, maskOfLogits, toFrame } from "@/editor/frame";
import { sizeOf, type Window } from "@/editor/geometry";
import { firstAnswer, HYPOTHESES } from "@/editor/hypotheses";
import { LRU } from "@/editor/lru";
import { runsOf } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import {
  COLD,
  type DecodeRequest,
  type SamMask,
  type SamReply,
  type SamRequest,
} from "@/editor/sam.messages";
import { type LookPart, lookPartsOf, unseenDims } from "@/editor/sam-look";

const EMBEDDING_DIMS = [1, 256, 64, 64];
const EMBEDDINGS_KEPT = 8; // 4 MiB each
const LOOKS_KEPT = 4; // 12 MiB each: of the image that is open, its windows, the one before it
const MAX_THREADS = 4; // more do not help a graph of this size
const PLANE = LOGITS_SIDE * LOGITS_SIDE;
const MASK_DIMS = [1, 1, LOGITS_SIDE, LOGITS_SIDE];
const ANSWER = ["low_res_masks", "iou_predictions"];
const ANYTHING: Window = { x: 0, y: 0, width: 64, height: 64 };
const SOMEWHERE: Prompt[] = [{ kind: "point", xy: [1, 1], label: 1 }];
const PADDING = -1; // the label of a point that means "no further prompt"
// A browser compiles WebAssembly well only when it has run a while: until then a click takes twice
// as long. What nobody waits for brings that forward, and ends when it shows: more only burns power.
const FAST_SHARE = 0.6; // of the time of the first run that nobody waited for
const MOST_WARM_UPS = 12;
const REST_MS = 150; // without a message
const PAINT_MS = 25; // for the page to paint a mask before the cores make the other two

// A file of our own build: nothing is fetched from elsewhere.
ort.env.wasm.wasmPaths = { mjs: glueUrl, wasm: wasmUrl };
// Threads share memory, which browsers allow only on an isolated page.
ort.env.wasm.numThreads = self.crossOriginIsolated
  ? Math.min(navigator.hardwareConcurrency, MAX_THREADS)
  : 1;

type Look = Record<string, ort.Tensor>; // by the graph's inputs

const embeddings = new LRU<string, ort.Tensor>(EMBEDDINGS_KEPT);
// Two fifths of a decoder's work: see onnx_decoder.py.
const looks = new LRU<string, Look>(LOOKS_KEPT);
const noMask = new ort.Tensor("float32", new Float32Array(PLANE), MASK_DIMS);
const nothing = new ort.Tensor("float32", new Float32Array(256 * 64 * 64), EMBEDDING_DIMS);
let session: ort.InferenceSession | null = null;
let lookParts: LookPart[] = []; // the session's
let sessionBundle = "";
let queue: Promise<void> = Promise.resolve();
const warmUps_ms: number[] = [];
let rest = 0; // the timer

self.onmessage = ({ data }: MessageEvent<SamRequest>): void => {
  clearTimeout(rest);
  queue = queue.then(() => answer(data)).then(warmUpLater);
};

function warmUpLater(): void {
  clearTimeout(rest);
  if (session !== null && self.name !== COLD && !isWarm()) rest = self.setTimeout(warmUp, REST_MS);
}

function isWarm(): boolean {
  const [first, last] = [warmUps_ms[0], warmUps_ms.at(-1)];
  if (first === undefined || last === undefined) return false;
  return warmUps_ms.length >= MOST_WARM_UPS || last <= FAST_SHARE * first;
}

function warmUp(): void {
  queue = queue
    .then(async () => {
      const began = performance.now();
      if (session !== null) await runOnNothing(session);
      warmUps_ms.push(performance.now() - began);
    })
    .then(warmUpLater, () => undefined); // a click that fails will say why
}

async function answer(request: SamRequest): Promise<void> {
  if (request.kind === "embed") {
    await embed(request).catch(() => undefined); // the click that needs it says why not
    return;
  }
  try {
    await (request.kind === "load" ? load(request) : decode(request.id, request.decode));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post({ kind: "failed", id: request.id, message, isEmbeddingMissing: false });
  }
}

async function embed({ key, float16 }: Extract<SamRequest, { kind: "embed" }>): Promise<void> {
  const values = shared(float32FromFloat16(float16));
  embeddings.set(key, new ort.Tensor("float32", values, EMBEDDING_DIMS)); // throws if cut short
  await lookAt(key);
}

async function load(request: Extract<SamRequest, { kind: "load" }>): Promise<void> {
  const released = session;
  [session, sessionBundle, lookParts] = [null, "", []]; // none runs, should the next not load
  await released?.release();
  session = await ort.InferenceSession.create(new Uint8Array(request.decoder), {
    executionProviders: ["wasm"],
    graphOptimizationLevel: "all",
    // Work in small blocks: where the page needs one of the cores, the others take what it leaves.
    extra: { session: { dynamic_block_base: "4" } },
  });
  sessionBundle = request.bundle;
  lookParts = lookPartsOf(session.inputNames);
  // The first run allocates; the person's first click should not wait for that.
  await runOnNothing(session);
  post({ kind: "loaded", id: request.id, threads: ort.env.wasm.numThreads ?? 1 });
}

async function runOnNothing(decoder: ort.InferenceSession): Promise<void> {
  await run(decoder, nothing, SOMEWHERE, ANYTHING, null, noLook(), ["iou_predictions"]);
}

/** Look at an image before its first click does. */
async function lookAt(key: string): Promise<void> {
  const embedding = embeddings.get(key);
  if (session === null || embedding === undefined) return;
  const output = await run(session, embedding, SOMEWHERE, ANYTHING, null, noLook(), lookParts);
  keepLook(`${sessionBundle} ${key}`, output);
}

function lookOf(tensorOf: (part: LookPart) => ort.Tensor): Look {
  return Object.fromEntries(lookParts.map((part) => [`known_${part}`, tensorOf(part)]));
}

function noLook(): Look {
  return lookOf((part) => new ort.Tensor("float32", new Float32Array(), unseenDims(part)));
}

/** Keep the look that was asked for with an answer. */
function keepLook(key: string, output: ort.InferenceSession.OnnxValueMapType): void {
  const kept = (part: LookPart): ort.Tensor => {
    const { data, dims } = output[part] as ort.Tensor;
    return new ort.Tensor("float32", shared(data as Float32Array), dims);
  };
  looks.set(key, lookOf(kept));
}

/** What is handed to each run is copied to the decoder's memory, from shared memory faster. */
function shared(values: Float32Array): Float32Array {
  if (!self.crossOriginIsolated) return values;
  const copy = new Float32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}

async function decode(id: number, request: DecodeRequest): Promise<void> {
  const embedding = embeddings.get(request.embedding);
  if (embedding === undefined || session === null || sessionBundle !== request.bundle) {
    const message = "The decoder or the embedding is not loaded.";
    post({ kind: "failed", id, message, isEmbeddingMissing: true });
    return;
  }
  const { prompts, size_hw, window, previous } = request;
  const started = performance.now();
  const lookKey = `${sessionBundle} ${request.embedding}`;
  const known = previous === null ? looks.get(lookKey) : undefined; // a mask changes the look
  const isNew = previous === null && known === undefined;
  const fetches = isNew ? [...ANSWER, ...lookParts] : ANSWER;
  const output = await run(
    session,
    embedding,
    prompts,
    window,
    previous,
    known ?? noLook(),
    fetches,
  );
  if (isNew) keepLook(lookKey, output);
  const logits = (output.low_res_masks as ort.Tensor).data as Float32Array<ArrayBuffer>;
  const iou = (output.iou_predictions as ort.Tensor).data as Float32Array;
  const decoded = performance.now();
  const maskOf = (token: SamMask["token"]): SamMask => {
    const own = logits.slice(token * PLANE, (token + 1) * PLANE);
    const runs = runsOf(maskOfLogits(own, size_hw, window));
    return { token, runs, predicted_iou: iou[token] as number, logits: own };
  };

  const isOnePoint = prompts.length === 1 && prompts[0]?.kind === "point" && previous === null;
  if (!isOnePoint) {
    const mask = maskOf(0);
    const timings = { decoder_ms: decoded - started, upscale_ms: performance.now() - decoded };
    post({ kind: "mask", id, mask, timings }, [mask]);
    return;
  }
  const { shown, place } = firstAnswer(iou, logits);
  const mask: SamMask = { ...maskOf(shown), token: place };
  const timings = { decoder_ms: decoded - started, upscale_ms: performance.now() - decoded };
  post({ kind: "mask", id, mask, timings }, [mask]);
  const others = (): void => {
    const masks = HYPOTHESES.filter((token) => token !== place).map(maskOf);
    post({ kind: "others", id, masks }, masks);
  };
  self.setTimeout(() => {
    queue = queue.then(others);
  }, PAINT_MS);
}

function run(
  decoder: ort.InferenceSession,
  embedding: ort.Tensor,
  prompts: readonly Prompt[],
  window: Window,
  previous: Float32Array | null,
  look: Look,
  fetches: readonly string[],
): Promise<ort.InferenceSession.OnnxValueMapType> {
  const { coordinates, labels } = encodePrompts(prompts, window);
  const float32 = (values: number[], dims: number[]): ort.Tensor =>
    new ort.Tensor("float32", Float32Array.from(values), dims);
  const feeds = {
    image_embeddings: embedding,
    point_coords: float32(coordinates, [1, labels.length, 2]),
    point_labels: float32(labels, [1, labels.length]),
    mask_input: previous === null ? noMask : new ort.Tensor("float32", previous, MASK_DIMS),
    has_mask_input: float32([previous === null ? 0 : 1], [1]),
    ...look,
  };
  return decoder.run(feeds, fetches);
}

/** Points, then the box's corners (labels 2 and 3), or a padding point where there is no box. */
function encodePrompts(
  prompts: readonly Prompt[],
  window: Window,
): { coordinates: number[]; labels: number[] } {
  const coordinates: number[] = [];
  const labels: number[] = [];
  const add = (x: number, y: number, label: number): void => {
    coordinates.push(...toFrame({ x: x - window.x, y: y - window.y }, sizeOf(window)));
    labels.push(label);
  };
  for (const prompt of prompts) {
    if (prompt.kind === "point") add(prompt.xy[0], prompt.xy[1], prompt.label);
  }
  const box = prompts.findLast((prompt) => prompt.kind === "box");
  if (box === undefined) {
    add(window.x, window.y, PADDING);
  } else {
    const [x0, y0, x1, y1] = box.box_xyxy;
    add(x0, y0, 2);
    add(x1, y1, 3);
  }
  return { coordinates, labels };
}

function post(reply: SamReply, masks: readonly SamMask[] = []): void {
  const transfer = masks.flatMap(({ runs, logits }) => [runs.buffer, logits.buffer]);
  self.postMessage(reply, { transfer });
}
