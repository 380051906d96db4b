import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { OutboxDatabase } from "@/editor/outbox-db";
import { Decoder } from "@/editor/sam";
import type { Claim, ImageDetail } from "@/pages/annotate/api";
import { OpenImage, type OpenImageOptions } from "@/pages/annotate/open-image";

const DETAIL: ImageDetail = {
  ...{ id: 4, project: 1, file_name: "a.png", height: 20, width: 30, version: 0, status: "todo" },
  ...{
    review_comment: "",
    open_comments: 0,
    has_takes: false,
    is_holdout: false,
    is_looked_at: true,
    slot: 0,
    people: 1,
  },
  ...{ display_url: "", embedding: null, bundle: null, assignment: null },
  ...{ masks: [], proposals: [], labels: [] },
};
const CLAIM: Claim = { id: 7, image: 4, slot: 0, stint: 1, lease_until: "" };

let db: OutboxDatabase;
let now_s: number;
let otherTab: Promise<void> | null; // which holds the lock until it is closed

beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  otherTab = null;
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

function open(
  claim: Claim | null = CLAIM,
  change: Partial<OpenImageOptions> = {},
): Promise<OpenImage> {
  const worker = { addEventListener: () => undefined, postMessage: () => undefined };
  return OpenImage.open({
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
}

test("who only looks has their seconds kept, for the page after a crash", async () => {
  const image = await open();
  now_s = 9;
  image.editor.meter.noteActivity();
  image.keepSeconds();

  await vi.waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(9));
  const after = await open();

  expect(after.editor.meter.active_s).toBe(9);
});

test("an image that is left has its seconds kept, one that is finished has not", async () => {
  const left = await open();
  now_s = 5;
  left.editor.meter.noteActivity();
  left.close();
  await vi.waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(5));

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
  await vi.waitFor(async () => expect(await db.activeSeconds(CLAIM)).toBe(5));

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

describe("what was left unfinished", () => {
  const line = { corners: [{ x: 3, y: 4 }], value: 1 } as const;
  const left = { draft: null, line, selection: null, comment: null, message: "" };
  const stopped = (image: OpenImage) => image.editor.openLine.get();
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20));

  beforeEach(() => db.rememberUnfinished([1, 4], left));

  test("is there again, and what becomes of it is kept when the image is left", async () => {
    const image = await open();
    await vi.waitFor(() => expect(stopped(image)).toEqual(line));
    image.editor.cancel();
    image.close();

    await vi.waitFor(async () => expect(await db.unfinished(1, 4)).toBeNull());
  });

  test("stays another tab's, until that is closed", async () => {
    let closeIt: () => void = () => undefined;
    otherTab = new Promise((resolve) => {
      closeIt = resolve;
    });
    vi.spyOn(AbortSignal, "timeout").mockReturnValue(AbortSignal.abort());
    const image = await open(CLAIM, { onError: () => undefined }); // no server is there
    await settled();
    expect(image.editor.isReadOnly.get()).toBe(true);
    expect(stopped(image)).toBeNull();

    closeIt();
    await vi.waitFor(() => expect(stopped(image)).toEqual(line));
  });

  test("waits where the image can only be looked at", async () => {
    const image = await open(null, { mayEdit: false });
    await settled();
    image.close();

    expect(stopped(image)).toBeNull();
    expect(await db.unfinished(1, 4)).toMatchObject({ line });
  });
});
