/** The page's side of the decoder: loads it, refuses a wrong one, drops overtaken requests. */

import type {
  DecodeRequest,
  SamMask,
  SamReply,
  SamRequest,
  SamTimings,
} from "@/editor/sam.messages";

/** A bundle's decoder, and the encoder whose embeddings it was trained on. */
export interface DecoderSource {
  readonly id: string;
  readonly encoder_digest: string;
  readonly decoder_url: string;
}

export interface EmbeddingSource {
  readonly url: string;
  readonly encoder_digest: string;
}

export interface Decoded {
  readonly bundle: string; // whose decoder it was
  readonly mask: SamMask;
  /** The other two hypotheses, when one point was ambiguous. */
  readonly others: Promise<readonly SamMask[]>;
  /** Look closer, where the object is small; resolves to null where that shows nothing better. */
  readonly closer?: () => Promise<Decoded | null>;
  readonly timings: SamTimings;
}

/** A decoder reads only the embeddings of the encoder that it was trained with. */
export class EncoderMismatchError extends Error {
  override name = "EncoderMismatchError";

  constructor() {
    super(
      "This image was prepared for another model than the one that is serving. Points and boxes " +
        "are off until it is prepared again; brush, eraser and labels work.",
    );
  }
}

export function assertSameEncoder(decoder: DecoderSource, embedding: EmbeddingSource): void {
  if (decoder.encoder_digest !== embedding.encoder_digest) throw new EncoderMismatchError();
}

/** This browser does not run the decoder: it may be old, or a policy forbids WebAssembly. */
export class ModelDoesNotRunError extends Error {
  override name = "ModelDoesNotRunError";

  constructor(why: string) {
    super(
      "The model does not run in this browser: it is old, or a policy forbids WebAssembly. Points " +
        "and boxes are off; brush, lasso and labels work.",
      { cause: why },
    );
  }
}

/** What Decoder needs of a Worker. */
export interface WorkerPort {
  postMessage(message: SamRequest, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<SamReply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

interface Waiting {
  resolve(reply: SamReply): void;
  others(masks: readonly SamMask[]): void;
}

export class Decoder {
  #worker: WorkerPort;
  #fetchBytes: (url: string) => Promise<ArrayBuffer>;
  #loads = new Map<string, Promise<void>>();
  #embedded = new Map<string, Promise<void>>();
  #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #newest = 0;
  #running: Promise<unknown> | null = null;
  #ready = new Set<string>(); // bundles and embeddings that the worker has

  constructor(worker: WorkerPort, fetchBytes: (url: string) => Promise<ArrayBuffer>) {
    this.#worker = worker;
    this.#fetchBytes = fetchBytes;
    worker.onmessage = ({ data }) => this.#take(data);
    worker.onerror = ({ message }) => this.#failAll(message || "The decoder stopped.");
  }

  /** Fetch and start a bundle's decoder. Cheap when it is the one that runs. */
  load(source: DecoderSource): Promise<void> {
    const known = this.#loads.get(source.id);
    if (known !== undefined) return known;
    const isWanted = (): boolean => this.#loads.get(source.id) === load;
    const load = this.#load(source, isWanted);
    this.#loads.clear(); // the worker holds one decoder
    this.#ready.clear();
    this.#loads.set(source.id, load);
    load.then(
      () => {
        if (isWanted()) this.#ready.add(source.id);
      },
      (error) => {
        if (!(error instanceof ModelDoesNotRunError) && isWanted()) this.#loads.delete(source.id);
      },
    );
    return load;
  }

  /** Load a bundle's decoder for an image to come, unless another's runs: it may be in use. */
  async loadAhead(source: DecoderSource): Promise<void> {
    if (this.#loads.size === 0) await this.load(source);
  }

  /** Hand an image's embedding to the worker, which keeps the last few. */
  embed(source: EmbeddingSource, key: string): Promise<void> {
    const known = this.#embedded.get(key);
    if (known !== undefined) return known;
    const embed = this.#fetchBytes(source.url).then((float16) => {
      this.#worker.postMessage({ kind: "embed", key, float16 }, [float16]);
    });
    this.#embedded.set(key, embed);
    embed.then(
      () => this.#ready.add(key),
      () => this.#embedded.delete(key),
    );
    return embed;
  }

  /**
   * Decode prompts. Resolves to null when a later call overtook this one: while the worker is busy
   * only the newest request waits for it.
   */
  async decode(
    source: DecoderSource,
    embedding: EmbeddingSource,
    key: string,
    prompt: Omit<DecodeRequest, "bundle" | "embedding">,
  ): Promise<Decoded | null> {
    assertSameEncoder(source, embedding);
    this.#newest += 1;
    const turn = this.#newest;
    while (this.#running !== null) {
      await this.#running;
      if (turn !== this.#newest) return null;
    }
    const run = this.#prepareAndDecode(source, embedding, key, prompt);
    const ended = run.then(
      () => undefined,
      () => undefined,
    );
    this.#running = ended;
    void ended.then(() => {
      if (this.#running === ended) this.#running = null;
    });
    return run;
  }

  async #prepareAndDecode(
    source: DecoderSource,
    embedding: EmbeddingSource,
    key: string,
    prompt: Omit<DecodeRequest, "bundle" | "embedding">,
  ): Promise<Decoded> {
    // A click that waits for nothing reaches the worker before the page draws anything.
    const isReady = this.#ready.has(source.id) && this.#ready.has(key);
    if (!isReady) await Promise.all([this.load(source), this.embed(embedding, key)]);
    const request = { bundle: source.id, embedding: key, ...prompt };
    const decoded = await this.#request(request);
    if (decoded !== "missing") return decoded;
    this.#embedded.delete(key); // the worker has let go of it
    this.#ready.delete(key);
    await Promise.all([this.load(source), this.embed(embedding, key)]); // or has another decoder
    const again = await this.#request(request);
    if (again === "missing") throw new Error("The decoder lost the image. Reload the page.");
    return again;
  }

  async #load(source: DecoderSource, isWanted: () => boolean): Promise<void> {
    const decoder = await this.#fetchBytes(source.decoder_url);
    if (!isWanted()) return; // of two on their way the worker would end with either
    const reply = await this.#ask((id) => ({ kind: "load", id, bundle: source.id, decoder }));
    if (reply.kind === "failed") throw new ModelDoesNotRunError(reply.message);
  }

  async #request(decode: DecodeRequest): Promise<Decoded | "missing"> {
    let resolveOthers: (masks: readonly SamMask[]) => void = () => undefined;
    const others = new Promise<readonly SamMask[]>((resolve) => {
      resolveOthers = resolve;
    });
    const reply = await this.#ask((id) => ({ kind: "decode", id, decode }), resolveOthers);
    if (reply.kind === "mask") {
      if (reply.mask.token === 0) resolveOthers([]);
      return { bundle: decode.bundle, mask: reply.mask, others, timings: reply.timings };
    }
    if (reply.kind === "failed" && reply.isEmbeddingMissing) return "missing";
    throw new Error(reply.kind === "failed" ? reply.message : "unexpected reply");
  }

  #ask(
    make: (id: number) => SamRequest,
    others: Waiting["others"] = () => undefined,
  ): Promise<SamReply> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve, others });
      this.#worker.postMessage(make(id), []);
    });
  }

  #take(reply: SamReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (reply.kind === "others") waiting?.others(reply.masks);
    else waiting?.resolve(reply);
    const isOpen = reply.kind === "mask" && reply.mask.token !== 0;
    if (!isOpen) this.#waiting.delete(reply.id);
  }

  #failAll(message: string): void {
    for (const [id, { resolve }] of this.#waiting) {
      resolve({ kind: "failed", id, message, isEmbeddingMissing: false });
    }
    this.#waiting.clear();
  }
}
