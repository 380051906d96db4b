import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { UnreachableError } from "@/api/problem";
import { OutboxDatabase } from "@/editor/outbox-db";
import { Decoder } from "@/editor/sam";
import type { Claim } from "@/pages/annotate/api";
import { OpenImage, type OpenImageOptions } from "@/pages/annotate/open-image";
import { maskRow, square } from "../editor/annotations";
import { waitFor } from "../wait-for";
import { DETAIL, onTheWire } from "./an-image";
import { type FakeApi, fakeApi } from "./fake-api";

const SAVED = { ...DETAIL, version: 1, masks: [onTheWire(maskRow("m", square(2, 2, 4)))] };
const CLAIM: Claim = { id: 7, image: 4, slot: 0, stint: 1, lease_until: "" };

let db: OutboxDatabase;
let now_s: number;
let api: FakeApi;
const opened: OpenImage[] = [];
let otherTab: Promise<void> | null; // which holds the lock until it is closed

beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  otherTab = null;
  api = fakeApi();
  const request = async (
    _name: string,
    { signal }: LockOptions,
    held: (lock: object | null) => unknown,
  ): Promise<unknown> => {
    if (otherTab === null) return held({});
    if (signal === undefined) return held(null);
    signal.throwIfAborted();
    await otherTab;
    return held({});
  };
  vi.stubGlobal("navigator", { locks: { request } });
  now_s = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now_s * 1000);
  db = await OutboxDatabase.open();
});

afterEach(() => {
  for (const image of opened.splice(0)) image.close(); // or it would go on sending
  vi.restoreAllMocks();
});

async function open(
  claim: Claim | null = CLAIM,
  change: Partial<OpenImageOptions> = {},
): Promise<OpenImage> {
  const worker = { addEventListener: () => undefined, postMessage: () => undefined };
  const image = await OpenImage.open({
    ...{ detail: DETAIL, claim, db, mayEdit: true, asked_s: 0 },
    ...{ isUnreserved: false, spent_s: 0 },
    bitmap: { close: () => undefined } as ImageBitmap,
    user: { id: 1, username: "ada" },
    decoder: new Decoder(worker as unknown as Worker, async () => new ArrayBuffer(0)),
    onError: (error) => {
      throw error;
    },
    ...change,
  });
  opened.push(image);
  return image;
}

test("who only looks has their seconds kept, for the page after a crash", async () => {
  const image = await open();
  now_s = 9;
  image.editor.meter.noteActivity();
  image.keepSeconds();

  await waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(9));
  const after = await open();

  expect(after.editor.meter.active_s).toBe(9);
});

test("an image that is left has its seconds kept, one that is finished has not", async () => {
  const left = await open();
  now_s = 5;
  left.editor.meter.noteActivity();
  left.close();
  await waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(5));

  const finished = await open();
  now_s = 8;
  finished.editor.meter.noteActivity();
  await finished.forgetSeconds();
  finished.close();

  expect(await db.activeSeconds(CLAIM)).toBe(0);
});

test("an image claimed anew begins at zero, whatever an unheard finish has left here", async () => {
  const left = await open();
  now_s = 5;
  left.editor.meter.noteActivity();
  left.close();
  await waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(5));

  const anew = await open({ ...CLAIM, stint: 2 });

  expect(anew.editor.meter.active_s).toBe(0);
});

test("the first operation tells how long the image took to be seen and to be begun, once", async () => {
  const { editor } = await open();
  now_s = 0.12;
  editor.meter.opening?.notePaint();
  now_s = 2.5;
  editor.meter.noteAction();
  now_s = 4;
  editor.meter.noteAction();

  const [first, second] = [editor.meter.take(), editor.meter.take()];

  expect(first.opening).toEqual({ paint_ms: 120, action_ms: 2500 });
  expect(second).not.toHaveProperty("opening");
});

test("an image that waited for days for its first action tells a day, which the server takes", async () => {
  const { editor } = await open();
  editor.meter.opening?.notePaint();
  now_s = 3 * 86_400;

  expect(editor.meter.take().opening).toEqual({ paint_ms: 0, action_ms: 86_400_000 });
});

/** Open it beside another tab, which is closed by what comes back. */
async function openBeside() {
  let close: () => void = () => undefined;
  otherTab = new Promise((resolve) => {
    close = resolve;
  });
  vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
  const image = await open();
  return { image, closeOther: () => close() };
}

/** A mask that another tab drew and was not told yet that it is saved. */
async function leaveWaiting(): Promise<void> {
  const operation = { id: "o", kind: "create", mask: "m", label: null, rle: square(2, 2, 4) };
  const row = { operation_id: "o", image: 4, user: 1, refusal: null, version: DETAIL.version };
  await db.add([{ ...row, operation: operation as never }]);
}

test.each([
  ["on its way to the server", () => Promise.resolve(SAVED)],
  ["kept without a network", () => Promise.reject(new UnreachableError())],
])("what the other tab left %s is seen before one draws on top of it", async (_where, look) => {
  const { image, closeOther } = await openBeside();
  await leaveWaiting();
  api.fetchImage.mockImplementation(look);

  closeOther();
  await waitFor(() => expect(image.editor.isReadOnly.get()).toBe(false));

  expect(image.editor.annotations.get().masks.get("m")?.isDeleted).toBe(false);
});

describe("what was left unfinished", () => {
  const line = { corners: [{ x: 3, y: 4 }], value: 1 } as const;
  const left = { draft: null, line, selection: null, comment: null, message: "" };
  const stopped = (image: OpenImage) => image.editor.openLine.get();
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  beforeEach(() => db.rememberUnfinished([1, 4], left));

  test("is there again, and what becomes of it is kept when the image is left", async () => {
    const image = await open();
    await waitFor(() => expect(stopped(image)).toEqual(line));
    image.editor.cancel();
    image.close();

    await waitFor(async () => expect(await db.unfinished(1, 4)).toBeNull());
  });

  test("stays another tab's, until that is closed", async () => {
    const { image, closeOther } = await openBeside();
    await settled();
    expect(image.editor.isReadOnly.get()).toBe(true);
    expect(stopped(image)).toBeNull();

    closeOther();
    await waitFor(() => expect(stopped(image)).toEqual(line));
  });

  test("waits where the image can only be looked at", async () => {
    const image = await open(null, { mayEdit: false });
    await settled();
    image.close();

    expect(stopped(image)).toBeNull();
    expect(await db.unfinished(1, 4)).toMatchObject({ line });
  });
});
