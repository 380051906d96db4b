import { expect, test } from "vitest";
import { Decoder, EncoderMismatchError, type WorkerPort } from "@/editor/sam";
import type { SamMask, SamReply, SamRequest } from "@/editor/sam.messages";
import { waitFor } from "../wait-for";

const bundle = { id: "b1", encoder_digest: "e1", decoder_url: "/decoder" };
const embedding = { url: "/embedding", encoder_digest: "e1" };
const prompt = {
  ...{ size_hw: [20, 30] as const, window: { x: 0, y: 0, width: 30, height: 20 } },
  ...{ prompts: [], previous: null },
};
const mask: SamMask = {
  token: 0,
  runs: Uint32Array.of(600),
  predicted_iou: 0.9,
  logits: new Float32Array(1),
};

function worker() {
  const asked: SamRequest[] = [];
  const port: WorkerPort = {
    postMessage: (message) => {
      asked.push(message);
      if (message.kind === "load") reply({ kind: "loaded", id: message.id, threads: 1 });
    },
    onmessage: null,
    onerror: null,
  };
  const reply = (data: SamReply): void => {
    queueMicrotask(() => port.onmessage?.({ data } as MessageEvent<SamReply>));
  };
  const decodes = () => asked.filter((request) => request.kind === "decode");
  return { port, asked, reply, decodes };
}

const timings = { decoder_ms: 1, upscale_ms: 1 };
const fetchBytes = async () => new ArrayBuffer(8);

test("a decoder of another encoder is refused with words, and nothing is fetched", async () => {
  const { port, asked } = worker();
  const decoder = new Decoder(port, fetchBytes);

  const decode = decoder.decode({ ...bundle, encoder_digest: "other" }, embedding, "1", prompt);

  await expect(decode).rejects.toThrow(EncoderMismatchError);
  expect(asked).toEqual([]);
});

test("of clicks that come while the worker is busy only the newest is decoded", async () => {
  const { port, reply, decodes } = worker();
  const decoder = new Decoder(port, fetchBytes);

  const ask = () => decoder.decode(bundle, embedding, "1", prompt);
  const answers = [ask()];
  await waitFor(() => expect(decodes()).toHaveLength(1));
  answers.push(ask(), ask());
  for (let turn = 0; turn < 2; turn += 1) {
    await waitFor(() => expect(decodes()).toHaveLength(turn + 1));
    const request = decodes()[turn];
    if (request?.kind === "decode") reply({ kind: "mask", id: request.id, mask, timings });
  }
  const settled = await Promise.all(answers);

  expect(settled.map((decoded) => decoded !== null)).toEqual([true, false, true]);
});

test("an embedding that the worker has let go of is sent once more", async () => {
  const { port, asked, reply, decodes } = worker();
  const decoder = new Decoder(port, fetchBytes);
  const answer = decoder.decode(bundle, embedding, "1", prompt);
  await waitFor(() => expect(decodes()).toHaveLength(1));
  const [first] = decodes();
  if (first?.kind === "decode") {
    reply({ kind: "failed", id: first.id, message: "gone", isEmbeddingMissing: true });
  }

  await waitFor(() => expect(decodes()).toHaveLength(2));
  const second = decodes()[1];
  if (second?.kind === "decode") reply({ kind: "mask", id: second.id, mask, timings });

  expect(await answer).toMatchObject({ bundle: "b1", mask });
  expect(asked.filter(({ kind }) => kind === "embed")).toHaveLength(2);
});

test("a download that failed is tried again with the next click", async () => {
  const { port, reply, decodes } = worker();
  let isDown = true;
  const decoder = new Decoder(port, async () => {
    if (isDown) throw new Error("The file store answered 503.");
    return new ArrayBuffer(8);
  });
  await expect(decoder.decode(bundle, embedding, "1", prompt)).rejects.toThrow("503");
  isDown = false;

  const answer = decoder.decode(bundle, embedding, "1", prompt);
  await waitFor(() => expect(decodes()).toHaveLength(1));
  const [request] = decodes();
  if (request?.kind === "decode") reply({ kind: "mask", id: request.id, mask, timings });

  expect((await answer)?.mask).toBe(mask);
});

test("a click that waits for nothing reaches the worker at once", async () => {
  const { port, decodes } = worker();
  const decoder = new Decoder(port, fetchBytes);
  await Promise.all([decoder.load(bundle), decoder.embed(embedding, "1")]);

  void decoder.decode(bundle, embedding, "1", prompt);

  expect(decodes()).toHaveLength(1);
});

test("of two decoders on their way at once the worker gets the one that was asked for last", async () => {
  const { port, asked } = worker();
  const arrivals = new Map<string, () => void>();
  const decoder = new Decoder(
    port,
    (url) => new Promise((resolve) => arrivals.set(url, () => resolve(new ArrayBuffer(8)))),
  );
  const loads = [decoder.load({ ...bundle, id: "old", decoder_url: "/old" })];
  loads.push(decoder.load({ ...bundle, id: "new", decoder_url: "/new" }));

  arrivals.get("/new")?.();
  arrivals.get("/old")?.();
  await Promise.all(loads);

  expect(asked).toMatchObject([{ kind: "load", bundle: "new" }]);
});

test("a decoder for an image to come does not take the place of the one that runs", async () => {
  const { port, asked } = worker();
  const decoder = new Decoder(port, fetchBytes);
  await decoder.loadAhead(bundle);

  await decoder.loadAhead({ ...bundle, id: "b2" });

  expect(asked).toMatchObject([{ kind: "load", bundle: "b1" }]);
});

test("a click whose decoder the worker no longer has brings it back", async () => {
  const { port, asked, reply, decodes } = worker();
  const decoder = new Decoder(port, fetchBytes);
  await Promise.all([decoder.load(bundle), decoder.embed(embedding, "1")]);
  const answer = decoder.decode(bundle, embedding, "1", prompt);
  const [first] = decodes();
  await decoder.load({ ...bundle, id: "b2" });
  if (first?.kind === "decode") {
    reply({ kind: "failed", id: first.id, message: "gone", isEmbeddingMissing: true });
  }

  await waitFor(() => expect(decodes()).toHaveLength(2));
  const second = decodes()[1];
  if (second?.kind === "decode") reply({ kind: "mask", id: second.id, mask, timings });

  expect((await answer)?.mask).toBe(mask);
  const loaded = asked.map((request) => (request.kind === "load" ? request.bundle : ""));
  expect(loaded.filter(Boolean)).toEqual(["b1", "b2", "b1"]);
});
