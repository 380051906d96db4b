import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ProblemError, UnreachableError } from "@/api/problem";
import { type Ending, OutboxDatabase } from "@/editor/outbox-db";
import { sendLeftovers } from "@/pages/annotate/leftovers";
import { type FakeApi, fakeApi } from "./fake-api";

const PLACE = { id: 9, stint: 2 };
const onUnended = vi.fn();
let api: FakeApi;
let db: OutboxDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  vi.stubGlobal("navigator", {
    locks: {
      request: async (_name: string, _options: object, held: (lock: object) => unknown) => held({}),
    },
  });
  onUnended.mockReset();
  api = fakeApi();
  db = await OutboxDatabase.open();
});

afterEach(() => vi.restoreAllMocks());

function end(image: number, more: Partial<Ending> = {}): Promise<void> {
  return db.addEnding({
    ...{ user: 7, image, project: 1, queue: null, place: PLACE, active_s: 12.5 },
    ...{ isForCompletion: false, ...more },
  });
}

function send(): Promise<void> {
  return sendLeftovers({ db, user: 7, isInUse: () => false, onUnended });
}

test("an image done without a network is finished once, after what was done to it", async () => {
  const operation = { id: "o", kind: "delete", mask: "m" } as never;
  const row = { operation, operation_id: "o", image: 4, user: 7, refusal: null };
  await db.add([row]);
  await end(4);
  api.fetchImage.mockResolvedValue({ version: 3, proposals: [] } as never);
  api.saveMasks.mockImplementation(async () => {
    expect(api.finishAssignment).not.toHaveBeenCalled();
    return { kind: "saved", version: 4, masks: [] };
  });

  await send();
  await send();

  expect(api.finishAssignment.mock.calls).toEqual([[PLACE, 12.5]]);
  expect(await db.endings(7)).toEqual([]);
});

test("an image of which the server refused a change is not finished, which is told", async () => {
  const operation = { id: "o", kind: "delete", mask: "m" } as never;
  await db.add([{ operation, operation_id: "o", image: 4, user: 7, refusal: null }]);
  await end(4);
  api.fetchImage.mockResolvedValue({ version: 3, proposals: [] } as never);
  api.saveMasks.mockResolvedValue({ kind: "refused", reason: "no such mask" });

  await send();
  await send();

  expect(api.finishAssignment).not.toHaveBeenCalled();
  expect(await db.endings(7)).toHaveLength(1);
  expect(await db.rows(7, 4)).toMatchObject([{ refusal: "no such mask" }]);
  expect(onUnended.mock.calls.map(([{ image }, why]) => [image, why])).toEqual([
    [4, "refused"],
    [4, "refused"],
  ]);
});

const CREATE = { id: "o", kind: "create", mask: "m" } as never;
const row = { operation: CREATE, operation_id: "o", image: 4, user: 7, refusal: null, version: 3 };

test("masks that the model accepted meanwhile are looked at before the image ends", async () => {
  await db.add([row]);
  await end(4, { version: 3 });
  api.fetchImage.mockResolvedValue({ version: 4, people: 1, proposals: [] } as never);
  const accepted = { id: "a", kind: "create", mask: "n", author: null, image_version: 4 };
  api.saveMasks
    .mockResolvedValueOnce({ kind: "stale", version: 4, missed: [accepted as never] })
    .mockResolvedValue({ kind: "saved", version: 5, masks: [] });

  await send();
  await send();

  expect(await db.rows(7, 4)).toEqual([]);
  expect(api.finishAssignment).not.toHaveBeenCalled();
  expect(await db.endings(7)).toMatchObject([{ image: 4, hasChanged: true }]);
  expect(onUnended.mock.calls.map(([{ image }, why]) => [image, why])).toEqual([
    [4, "changed"],
    [4, "changed"],
  ]);
});

test("an undo that was left here leaves a mask that somebody has changed since", async () => {
  const undo = [
    { id: "d", kind: "delete", mask: "m" },
    { id: "p", kind: "verdict", proposal: "q", verdict: "pending" },
  ] as const;
  await db.add(undo.map((each) => ({ ...row, operation: each as never, operation_id: each.id })));
  api.fetchImage.mockResolvedValue({ version: 4, proposals: [] } as never);
  const reshaped = { id: "r", kind: "revise", mask: "m", author: "bob", image_version: 4 };
  api.saveMasks.mockResolvedValue({ kind: "stale", version: 4, missed: [reshaped as never] });

  await send();

  expect(api.saveMasks).toHaveBeenCalledTimes(1);
  expect(await db.rows(7, 4)).toEqual([]);
});

test("what was said of a mask is heard and kept before the image ends", async () => {
  await end(4);
  const spoken = { m: { kind: "awaited", recording: "take" } } as const;
  await db.rememberUnfinished([7, 4], { spoken } as never);

  await send();

  expect(api.finishAssignment).not.toHaveBeenCalled();
  expect(onUnended.mock.calls.map(([{ image }, why]) => [image, why])).toEqual([[4, "spoken"]]);
  expect(await db.unfinished(7, 4)).toEqual({ spoken });
});

test("what was said of a mask and could not be heard keeps no image from ending", async () => {
  await end(4);
  const spoken = { m: { kind: "unheard", recording: "take", why: "Nothing was heard." } };
  await db.rememberUnfinished([7, 4], { spoken } as never);

  await send();

  expect(api.finishAssignment).toHaveBeenCalledTimes(1);
  expect(onUnended).not.toHaveBeenCalled();
});

test("an image that was opened again while its work was sent is not ended beside its page", async () => {
  await db.add([row]);
  await end(4, { version: 3 });
  api.fetchImage.mockResolvedValue({ version: 3, people: 1, proposals: [] } as never);
  api.saveMasks.mockImplementation(async () => {
    await db.takeEnding(7, 4); // as the page does that opens it
    return { kind: "saved", version: 4, masks: [] };
  });

  await send();

  expect(api.finishAssignment).not.toHaveBeenCalled();
  expect(await db.endings(7)).toEqual([]);
});

test("own changes whose reply was lost are nothing to look at", async () => {
  await db.add([row]);
  await end(4, { version: 3 });
  api.fetchImage.mockResolvedValue({ version: 4, people: 1, proposals: [] } as never);
  const own = { ...(CREATE as object), author: "me", image_version: 4 };
  api.saveMasks.mockResolvedValueOnce({ kind: "stale", version: 4, missed: [own as never] });

  await send();

  expect(api.finishAssignment).toHaveBeenCalledTimes(1);
  expect(await db.endings(7)).toEqual([]);
});

test("what was saved does not look like another's when only its end is sent again", async () => {
  await db.add([row]);
  await end(4, { version: 3 });
  api.fetchImage.mockResolvedValueOnce({ version: 3, people: 1, proposals: [] } as never);
  api.saveMasks.mockResolvedValue({ kind: "saved", version: 4, masks: [] });
  api.finishAssignment.mockRejectedValueOnce(new UnreachableError());
  api.fetchImage.mockResolvedValue({ version: 4, people: 1, proposals: [] } as never);

  await send();
  await send();

  expect(api.finishAssignment).toHaveBeenCalledTimes(2);
  expect(onUnended).not.toHaveBeenCalled();
});

test.each([
  { what: "nobody changed", version: 3, people: 1, ends: true },
  { what: "others do, too", version: 4, people: 2, ends: true },
  { what: "something has come to", version: 4, people: 1, ends: false },
])("an image finished as it was that $what: it ends $ends", async ({ version, people, ends }) => {
  await end(4, { version: 3 });
  api.fetchImage.mockResolvedValue({ version, people, proposals: [] } as never);

  await send();

  expect(api.finishAssignment).toHaveBeenCalledTimes(ends ? 1 : 0);
  expect(onUnended).toHaveBeenCalledTimes(ends ? 0 : 1);
});

test("what was done to an image that is in the trash by now is sent all the same", async () => {
  const operation = { id: "o", kind: "delete", mask: "m" } as never;
  const row = { operation, operation_id: "o", image: 4, user: 7, refusal: null };
  await db.add([{ ...row, version: 3 }]);
  api.fetchImage.mockRejectedValue(new ProblemError(404, {}));
  api.saveMasks.mockResolvedValue({ kind: "saved", version: 4, masks: [] });

  await send();

  expect(api.saveMasks.mock.calls).toEqual([[4, 3, [operation]]]);
  expect(await db.rows(7, 4)).toEqual([]);
});

test.each([
  [new ProblemError(403, {}), 3],
  [new UnreachableError(), 3],
  [new ProblemError(404, {}), undefined], // of an older release
])("it stays on this device where nobody knows what to send it on (%s)", async (error, version) => {
  const operation = { id: "o", kind: "delete", mask: "m" } as never;
  const row = { operation, operation_id: "o", image: 4, user: 7, refusal: null };
  await db.add([version === undefined ? row : { ...row, version }]);
  api.fetchImage.mockRejectedValue(error);

  await send();

  expect(api.saveMasks).not.toHaveBeenCalled();
  expect(await db.rows(7, 4)).toHaveLength(1);
});

test("as long as the server cannot be reached, the end stays on this device", async () => {
  await end(4);
  api.finishAssignment.mockRejectedValueOnce(new UnreachableError());

  await send();

  expect(await db.endings(7)).toHaveLength(1);
  expect(onUnended).not.toHaveBeenCalled();
  await send();
  expect(api.finishAssignment).toHaveBeenCalledTimes(2);
  expect(await db.endings(7)).toEqual([]);
});

test.each([403, 404])(
  "the end of an image that is gone (%i) waits for it to come back, for a month",
  async (status) => {
    const made_at = Date.now();
    await end(4, { made_at });
    api.finishAssignment.mockRejectedValue(new ProblemError(status, {}));

    await send();
    const kept = await db.endings(7);
    vi.spyOn(Date, "now").mockReturnValue(made_at + 31 * 86_400_000);
    await send();

    expect(kept).toHaveLength(1);
    expect(await db.endings(7)).toEqual([]);
  },
);

test("an image begun at no place is given one first; one that others took is theirs", async () => {
  await end(4, { place: null, queue: "complete" });
  await end(5, { place: null });
  api.claimImage.mockImplementation(async (_project, { image }) => {
    if (image === 5) throw new ProblemError(409, { code: "taken" });
    return { ...PLACE, image: 4, slot: 0, lease_until: "" };
  });

  await send();

  expect(api.claimImage).toHaveBeenCalledWith(1, { image: 4, queue: "complete" });
  expect(api.finishAssignment.mock.calls.map(([{ id }]) => id)).toEqual([9]);
  expect(await db.endings(7)).toEqual([]);
});

test("what was corrected for somebody to complete is given back", async () => {
  await end(4, { queue: "correct", isForCompletion: true });

  await send();

  expect(api.releaseAssignment).toHaveBeenCalledWith(PLACE, 12.5);
  expect(api.finishAssignment).not.toHaveBeenCalled();
});
