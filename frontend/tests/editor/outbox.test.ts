import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Operation } from "@/editor/operations";
import type { ImageOutbox, OutboxOptions, OutboxStatus, Save } from "@/editor/outbox";
import { OutboxDatabase } from "@/editor/outbox-db";
import { waitFor } from "../wait-for";
import { freshDevice, IMAGE, NO_EVENTS, openOutbox, USER } from "./outbox-desk";
import type { SaveServer } from "./server";

let db: OutboxDatabase;
let server: SaveServer;
let timers: (() => void)[];
let statuses: OutboxStatus[];

beforeEach(async () => {
  ({ db, server } = await freshDevice());
  timers = [];
  statuses = [];
});

function open(save: Save, change: Partial<OutboxOptions> = {}): Promise<ImageOutbox> {
  return openOutbox({ db, server }, save, {
    schedule: (task) => {
      timers.push(task);
      return () => {
        timers = timers.filter((timer) => timer !== task);
      };
    },
    events: { ...NO_EVENTS, onStatus: (status) => statuses.push(status) },
    ...change,
  });
}

function label(value: number): Operation {
  return { id: crypto.randomUUID(), kind: "revise", mask: "m1", label: value };
}

/** What is saved is not told before `answer` lets it; what comes after that is told at once. */
function answeredLate(save: Save): { save: Save; answer: () => void } {
  let answer: () => void = () => undefined;
  const isLet = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const late: Save = async (...call) => {
    const reply = await save(...call);
    await isLet;
    return reply;
  };
  return { save: late, answer };
}

const waiting = async () => (await db.rows(USER, IMAGE)).map(({ operation }) => operation.id);

test("an operation is on the device first, then on the server, and then only there", async () => {
  const outbox = await open(server.saveAs("ada"));
  const operation = label(1);

  await outbox.push([operation]);
  await outbox.whenSaved();

  expect(statuses.map(({ state }) => state)).toContain("device");
  expect(outbox.status.state).toBe("saved");
  expect(server.log).toMatchObject([{ id: operation.id, author: "ada" }]);
  expect(await waiting()).toEqual([]);
});

test("a lost reply is answered by sending the same ids again, and nothing is doubled", async () => {
  let isLossy = true;
  const outbox = await open(async (...call) => {
    const reply = await server.saveAs("ada")(...call);
    return isLossy ? { kind: "unreachable" } : reply;
  });
  await outbox.push([label(1)]);
  await waitFor(() => expect(timers).toHaveLength(1));
  isLossy = false;

  timers[0]?.();
  await outbox.whenSaved();

  expect(server.log).toHaveLength(1);
  expect(await waiting()).toEqual([]);
});

test("while offline everything stays on the device, and a new page sends it", async () => {
  const page = await open(async () => ({ kind: "unreachable" }));
  await page.push([label(1), label(2)]);
  await waitFor(() => expect(page.status.hindrance).toBe("offline"));
  page.close();

  const reloaded = await open(server.saveAs("ada"));
  reloaded.resume();
  await reloaded.whenSaved();

  expect(server.log.map((operation) => "label" in operation && operation.label)).toEqual([1, 2]);
});

test("the wait between attempts grows up to half a minute", async () => {
  const delays: number[] = [];
  const outbox = await open(async () => ({ kind: "unreachable" }), {
    schedule: (task, delay_ms) => {
      delays.push(delay_ms);
      timers.push(task);
      return () => undefined;
    },
  });
  await outbox.push([label(1)]);

  for (let turn = 1; turn < 8; turn += 1) {
    await waitFor(() => expect(delays).toHaveLength(turn));
    timers.at(-1)?.();
  }

  expect(delays.slice(0, 7)).toEqual([1000, 2000, 4000, 8000, 16000, 30000, 30000]);
});

test("an ended session keeps the work and drains after the login", async () => {
  let isLoggedIn = false;
  const save = server.saveAs("ada");
  const outbox = await open(async (...call) => (isLoggedIn ? save(...call) : { kind: "login" }));
  await outbox.push([label(1)]);
  await waitFor(() => expect(outbox.status.hindrance).toBe("login"));
  const before = await waiting();
  isLoggedIn = true;

  outbox.resume();
  await outbox.whenSaved();

  expect(before).toHaveLength(1);
  expect(outbox.status).toMatchObject({ state: "saved", hindrance: "none" });
});

test("what a deleted project does not take waits, and is sent once the project is back", async () => {
  let isGone = true;
  const save = server.saveAs("ada");
  const outbox = await open(async (...call) => (isGone ? { kind: "gone" } : save(...call)));
  await outbox.push([label(1)]);
  await waitFor(() => expect(outbox.status.hindrance).toBe("gone"));
  const before = await waiting();
  isGone = false;

  timers[0]?.();
  await outbox.whenSaved();

  expect(before).toHaveLength(1);
  expect(outbox.status).toMatchObject({ state: "saved", hindrance: "none", refused: [] });
});

test("what another person waits for on this device is not sent as mine", async () => {
  const theirs = await open(async () => ({ kind: "login" }), { user: 2 });
  await theirs.push([label(1)]);

  const mine = await open(server.saveAs("ada"));
  mine.resume();

  expect(mine.pending).toEqual([]);
  expect(await db.images(2)).toEqual([IMAGE]);
});

test("one save is in flight at a time, and what comes meanwhile goes with the next", async () => {
  const batches: number[] = [];
  let release: () => void = () => undefined;
  const outbox = await open(async (image, version, operations) => {
    batches.push(operations.length);
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    return server.saveAs("ada")(image, version, operations);
  });
  await outbox.push([label(1)]);
  await outbox.push([label(2)]);
  await outbox.push([label(3)]);
  const whileOne = [...batches];

  release();
  await waitFor(() => expect(batches).toHaveLength(2));
  release();
  await outbox.whenSaved();

  expect(whileOne).toEqual([1]);
  expect(batches).toEqual([1, 2]);
});

test("a stale save hands on what was missed and goes through on top of it", async () => {
  const onRebase = vi.fn();
  const events = { ...NO_EVENTS, onRebase };
  const outbox = await open(server.saveAs("ada"), { events });
  const theirs = label(8);
  await server.saveAs("grace")(IMAGE, 0, [theirs]);
  const own = label(9);

  await outbox.push([own]);
  await outbox.whenSaved();

  const missed = [expect.objectContaining({ id: theirs.id, author: "grace" })];
  expect(onRebase).toHaveBeenCalledWith(missed, [own]);
  expect(server.annotations.masks.get("m1")?.label).toBe(9);
  expect(server.log.map(({ id }) => id)).toEqual([theirs.id, own.id]);
});

test("what the refusal of a verdict hands on is shown, and saved upon from then on", async () => {
  const onRebase = vi.fn();
  const saves: number[] = [];
  const save: Save = (...call) => {
    saves.push(call[1]);
    return server.saveAs("ada")(...call);
  };
  const outbox = await open(save, { events: { ...NO_EVENTS, onRebase } });
  await server.saveAs("grace")(IMAGE, server.version, [label(7)]);
  const missed = [...server.log];

  await outbox.rebase(server.version, missed);
  await outbox.push([label(8)]);
  await outbox.whenSaved();

  expect(onRebase).toHaveBeenCalledExactlyOnceWith(missed, expect.anything());
  expect(saves).toEqual([1]);
});

test("others' work on top of a save whose reply was lost comes after it", async () => {
  const onRebase = vi.fn();
  const save: Save = async (...call) => {
    const reply = await server.saveAs("ada")(...call);
    return server.saves === 1 ? { kind: "unreachable" } : reply;
  };
  const outbox = await open(save, { events: { ...NO_EVENTS, onRebase } });
  const [own, theirs] = [label(8), label(9)] as const;
  await outbox.push([own]);
  await waitFor(() => expect(timers).toHaveLength(1));
  await server.saveAs("grace")(IMAGE, server.version, [theirs]);

  outbox.resume();
  await outbox.whenSaved();

  const missed = [own, theirs].map(({ id }) => expect.objectContaining({ id }));
  expect(onRebase).toHaveBeenCalledWith(missed, []);
});

test("the page looks again once all that an earlier one left was answered", async () => {
  const earlier = await open(async () => ({ kind: "unreachable" }));
  await earlier.push([label(1), label(2)]);
  earlier.close();
  const onUnseen = vi.fn();
  const save: Save = async (image, version, operations) => {
    expect(onUnseen).not.toHaveBeenCalled();
    return server.saveAs("ada")(image, version, operations);
  };
  const outbox = await open(save, { events: { ...NO_EVENTS, onUnseen } });

  outbox.resume();
  await outbox.whenSaved();
  expect(onUnseen).toHaveBeenCalledOnce();
});

describe("what an import brings, of which no operation tells, is looked at", () => {
  test.each([
    ["a save is refused for it", "request lost"],
    ["a save is sent again upon it", "reply lost"],
  ])("when %s", async (_when, fault) => {
    const onUnseen = vi.fn();
    let isFaulty = true;
    const save: Save = async (...call) => {
      const reply =
        isFaulty && fault === "request lost" ? null : await server.saveAs("ada")(...call);
      return isFaulty || reply === null ? { kind: "unreachable" } : reply;
    };
    const outbox = await open(save, { events: { ...NO_EVENTS, onUnseen } });
    await outbox.push([label(1)]);
    await vi.waitFor(() => expect(timers).toHaveLength(1));
    server.version += 1;
    isFaulty = false;

    outbox.resume();
    await outbox.whenSaved();

    expect(onUnseen).toHaveBeenCalledOnce();
  });

  test("when a verdict is refused for it, with what was saved here in between", async () => {
    const onUnseen = vi.fn();
    const outbox = await open(server.saveAs("ada"), { events: { ...NO_EVENTS, onUnseen } });
    await outbox.push([label(1)]);
    await outbox.whenSaved();

    await outbox.rebase(server.version + 1, server.log);

    expect(onUnseen).toHaveBeenCalledOnce();
  });
});

test("a page that takes over goes on with what the last one left on the device", async () => {
  const first = await open(async () => ({ kind: "unreachable" }));
  const second = await open(server.saveAs("ada"));
  await first.push([label(1)]);
  first.close();

  await second.takeUp(server.version);
  second.resume();
  await second.whenSaved();

  expect(server.log).toMatchObject([{ label: 1 }]);
});

test("what takes back one's own saved acceptance is no other person's business on the next page", async () => {
  const { save, answer } = answeredLate(async (...call) =>
    server.saves > 0 ? { kind: "unreachable" } : server.saveAs("ada")(...call),
  );
  const page = await open(save);
  await page.push([
    { kind: "verdict", verdict: "accepted", id: "yes", proposal: "p1", mask: "mine", label: 1 },
  ]);
  await page.push([
    { kind: "delete", id: "undo", mask: "mine" },
    { kind: "verdict", id: "reopen", proposal: "p1", verdict: "pending" },
  ]);
  answer();
  await waitFor(() => expect(page.status.hindrance).toBe("offline"));
  page.close();

  const anew = await open(server.saveAs("ada"));
  anew.resume();
  await anew.whenSaved();

  expect(server.log.map(({ id }) => id)).toEqual(["yes", "undo", "reopen"]);
});

test("and so it is where the server has refused what was between the two", async () => {
  const { save, answer } = answeredLate(async (...call) => {
    const [, , batch] = call;
    const isLast = batch.every(({ id }) => id === "reopen");
    return isLast ? { kind: "unreachable" } : server.saveAs("ada")(...call);
  });
  const page = await open(save);
  await page.push([
    { kind: "verdict", verdict: "accepted", id: "yes", proposal: "p1", mask: "mine", label: 1 },
  ]);
  await page.push([
    { kind: "delete", id: "broken", mask: "never-seen" },
    { kind: "verdict", id: "reopen", proposal: "p1", verdict: "pending" },
  ]);
  answer();
  await waitFor(() => expect(page.status).toMatchObject({ waiting: 1, refused: [{}] }));
  await waitFor(async () => expect((await waiting()).length).toBe(2));
  page.close();

  const anew = await open(server.saveAs("ada"));
  anew.resume();
  await anew.whenSaved();

  expect(server.log.map(({ id }) => id)).toEqual(["yes", "reopen"]);
});

test("an operation that the server refuses is set aside with its reason, and the rest is saved", async () => {
  const outbox = await open(server.saveAs("ada"));
  const broken: Operation = { id: "broken", kind: "delete", mask: "never-seen" };

  await outbox.push([label(1), broken, label(2)]);
  await outbox.whenSaved();

  expect(server.log).toHaveLength(2);
  expect(outbox.status).toMatchObject({
    state: "saved",
    hindrance: "refused",
    refused: [{ operation: broken, reason: "no such mask" }],
  });
  const reopened = await open(server.saveAs("ada"));
  expect(reopened.status.refused).toHaveLength(1);
  await reopened.discardRefused();
  expect(await waiting()).toEqual([]);
});

test("when the device cannot store, the page says so and the server gets the work", async () => {
  vi.spyOn(db, "add").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
  const outbox = await open(server.saveAs("ada"));

  await outbox.push([label(1)]);
  await outbox.whenSaved();

  expect(statuses.map(({ state }) => state)).toContain("unprotected");
  expect(server.log).toHaveLength(1);
});

test("each saved operation leaves a receipt with the server's answer, in place of itself", async () => {
  const outbox = await open(server.saveAs("ada"));
  const operation = label(1);

  await outbox.push([operation]);
  await outbox.whenSaved();

  expect(await db.everything(USER)).toEqual([]);
  const [receipt, ...others] = await db.receipts(USER);
  expect(others).toEqual([]);
  expect(receipt).toMatchObject({
    ...{ operation_id: operation.id, user: USER, image: IMAGE },
    deed: { kind: "revise", mask: "m1", sets: ["label"] },
    outcome: { kind: "saved", version: 1, revision: expect.any(Number) },
  });
  expect(receipt?.made_at).toBeLessThanOrEqual(receipt?.ended_at ?? 0);
});

test("what waits has no receipt, and what was refused gets one when it is let go of", async () => {
  const offline = await open(async () => ({ kind: "unreachable" }));
  await offline.push([{ ...label(1), mask: "unknown" } as Operation]);
  offline.close();
  expect(await db.everything(USER)).toHaveLength(1);
  expect(await db.receipts(USER)).toEqual([]);

  const outbox = await open(server.saveAs("ada"));
  outbox.resume();
  await outbox.whenSaved();
  expect(await db.everything(USER)).toMatchObject([{ refusal: "no such mask" }]);
  await outbox.discardRefused();

  expect(await db.everything(USER)).toEqual([]);
  expect(await db.receipts(USER)).toMatchObject([
    { outcome: { kind: "discarded", reason: "no such mask" } },
  ]);
});

test("receipts are one person's own, the newest first, and the oldest give way", async () => {
  db = await OutboxDatabase.open("few-receipts", 3);
  const settle = (user: number, operation: Operation) =>
    db.settle([user, IMAGE], [{ operation, outcome: { kind: "moot" } }], 0);
  const made = [label(1), label(2), label(3), label(4)];

  for (const operation of made) await settle(USER, operation);
  await settle(USER + 1, label(5));

  const ids = (await db.receipts(USER)).map(({ operation_id }) => operation_id);
  expect(ids).toEqual([made[3]?.id, made[2]?.id]);
});

test("a disk too full for receipts still lets go of what the server has", async () => {
  const outbox = await open(server.saveAs("ada"));
  vi.spyOn(db, "settle").mockRejectedValue(new DOMException("full", "QuotaExceededError"));

  await outbox.push([label(1)]);
  await outbox.whenSaved();

  expect(outbox.status.state).toBe("saved");
  expect(await waiting()).toEqual([]);
});

test("a device that can store nothing any more keeps no refused change before the others", async () => {
  const outbox = await open(server.saveAs("ada"));
  vi.spyOn(db, "update").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
  vi.spyOn(db, "settle").mockRejectedValue(new DOMException("closed", "InvalidStateError"));
  vi.spyOn(db, "remove").mockRejectedValue(new DOMException("closed", "InvalidStateError"));

  await outbox.push([{ ...label(1), mask: "unknown" } as Operation, label(2)]);
  await outbox.whenSaved();

  expect(outbox.status).toMatchObject({ state: "saved", refused: [{ reason: "no such mask" }] });
  expect(server.log).toHaveLength(1);
});
