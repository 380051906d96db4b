/** What others decided first: an outbox gives way, and keeps what a person made. */

import { beforeEach, describe, expect, type Mock, test, vi } from "vitest";
import type { Operation } from "@/editor/operations";
import type { ImageOutbox, OutboxOptions, Save } from "@/editor/outbox";
import type { OutboxDatabase } from "@/editor/outbox-db";
import { waitFor } from "../wait-for";
import { square } from "./annotations";
import { freshDevice, IMAGE, NO_EVENTS, openOutbox, USER } from "./outbox-desk";
import type { SaveServer } from "./server";

let db: OutboxDatabase;
let server: SaveServer;

beforeEach(async () => {
  ({ db, server } = await freshDevice());
});

function open(save: Save, change: Partial<OutboxOptions> = {}): Promise<ImageOutbox> {
  return openOutbox({ db, server }, save, change);
}

test("a proposal that another person decided first keeps their verdict, and I keep my mask", async () => {
  const outbox = await open(server.saveAs("ada"));
  const rle = square(2, 2, 3);
  const accept = { kind: "create", label: 1, rle, proposal: "p1" } as const;
  await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);

  await outbox.push([{ ...accept, id: "own", mask: "mine" }]);
  await outbox.whenSaved();

  expect(server.annotations.masks.get("hers")?.proposal).toBe("p1");
  expect(server.annotations.masks.get("mine")?.proposal).toBeNull();
  expect(outbox.status.refused).toEqual([]);
});

test("my acceptance that I took back and made again is kept where another person was first", async () => {
  const outbox = await open(server.saveAs("ada"));
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;
  await outbox.push([
    { ...accept, id: "first", mask: "mine" },
    { kind: "delete", id: "undo", mask: "mine" },
    { kind: "verdict", id: "reopen", proposal: "p1", verdict: "pending" },
  ]);
  await outbox.whenSaved();
  await server.saveAs("grace")(IMAGE, server.version, [{ ...accept, id: "theirs", mask: "hers" }]);

  await outbox.push([
    { ...accept, id: "redo", mask: "mine" },
    { kind: "revise", id: "values", mask: "mine", label: 2, rle: square(2, 2, 3), parent: null },
  ]);
  await outbox.whenSaved();

  expect(outbox.status.refused).toEqual([]);
  expect(server.annotations.masks.get("mine")).toMatchObject({ isDeleted: false, label: 2 });
});

test("an acceptance as it is becomes a mask of its own where another person was first", async () => {
  const outbox = await open(server.saveAs("ada"));
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;
  await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);

  await outbox.push([{ ...accept, id: "own", mask: "mine" }]);
  await outbox.push([{ id: "after", kind: "revise", mask: "mine", label: 4 }]);
  await outbox.whenSaved();

  expect(server.annotations.masks.get("mine")).toMatchObject({ proposal: null, label: 4 });
  expect(outbox.status.refused).toEqual([]);
});

describe("what an earlier page left, made before another person accepted the same proposal", () => {
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;

  /** A page that is offline until it dies, another person's acceptance, and a page after that. */
  async function comeBack(left: readonly Operation[]): Promise<ImageOutbox> {
    const page = await open(async () => ({ kind: "unreachable" }));
    await page.push(left);
    page.close();
    await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);
    const rleOf = (proposal: string) => server.shown.proposals.get(proposal)?.rle ?? null;
    const anew = await open(server.saveAs("ada"), { rleOf });
    anew.resume();
    await anew.whenSaved();
    return anew;
  }

  test("undoes nothing of theirs", async () => {
    const outbox = await comeBack([
      { kind: "verdict", id: "no", proposal: "p1", verdict: "rejected" },
      { kind: "verdict", id: "back", proposal: "p1", verdict: "pending" },
    ]);

    expect(server.annotations.proposals.get("p1")?.state).toBe("accepted");
    expect(server.log.map(({ id }) => id)).toEqual(["theirs"]);
    expect(outbox.status.refused).toEqual([]);
  });

  test("is kept as a mask of its own, looking as the proposal does, with what was done to it", async () => {
    const outbox = await comeBack([
      { ...accept, id: "own", mask: "mine" },
      { id: "after", kind: "revise", mask: "mine", label: 4 },
    ]);

    const { masks } = server.annotations;
    expect(masks.get("mine")).toMatchObject({ proposal: null, label: 4, rle: square(2, 2, 3) });
    expect(masks.get("hers")?.proposal).toBe("p1");
    expect(outbox.status.refused).toEqual([]);
  });
});

describe("an acceptance that was taken back here while somebody changed its mask", () => {
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;
  const undo: Operation[] = [
    { kind: "delete", id: "undo", mask: "a" },
    { kind: "verdict", id: "reopen", proposal: "p1", verdict: "pending" },
  ];
  const theirs: Operation = { kind: "revise", id: "theirs", mask: "a", rle: square(1, 1, 6) };

  /** What follows the undo on this device, once the server has answered. */
  async function goOn(after: Operation[], undone = undo): Promise<ImageOutbox> {
    const outbox = await open(server.saveAs("ada"));
    await outbox.push([{ ...accept, id: "own", mask: "a" }]);
    await outbox.whenSaved();
    await server.saveAs("grace")(IMAGE, server.version, [theirs]);
    await outbox.push([...undone, ...after]);
    await outbox.whenSaved();
    expect(outbox.status.refused).toEqual([]);
    expect(server.annotations.masks.get("a")).toMatchObject({
      ...{ isDeleted: false, rle: square(1, 1, 6) },
    });
    return outbox;
  }

  test("stands, and the redo of it changes nothing either", async () => {
    const values = { label: 1, rle: square(2, 2, 3), parent: null, z: 0 };

    await goOn([
      { ...accept, id: "redo", mask: "a" },
      { kind: "revise", id: "values", mask: "a", ...values },
    ]);

    expect(server.log.map(({ id }) => id)).toEqual(["own", "theirs"]);
  });

  test("stands where it is to be corrected again", async () => {
    const sentOn = { kind: "verdict", proposal: "p1", verdict: "needs_work" } as const;

    await goOn([], [undo[0] as Operation, { ...sentOn, id: "sent on again" }]);

    expect(server.log.map(({ id }) => id)).toEqual(["own", "theirs"]);
  });

  test("stands beside what its proposal was made into then, with all that was done to it", async () => {
    await goOn([
      { ...accept, id: "again", mask: "b" },
      { kind: "revise", id: "drawn", mask: "b", rle: square(2, 2, 5) },
    ]);

    const { masks, proposals } = server.annotations;
    expect(masks.get("b")).toMatchObject({ proposal: null, rle: square(2, 2, 5) });
    expect(proposals.get("p1")).toMatchObject({ state: "accepted", made: "a" });
  });
});

describe("a proposal that others decided before this page looked, and it does not know", () => {
  const accept = { kind: "verdict", verdict: "accepted", proposal: "p1", label: 1 } as const;
  const reopening = { kind: "verdict", proposal: "p1", verdict: "pending" } as const;
  let onUnseen: Mock<(isUntold: boolean) => void>;
  let onTaken: Mock<(proposals: readonly string[]) => void>;

  /** The page has seen the image as it is, but for the mask that was made of the proposal. */
  async function send(operations: Operation[]): Promise<ImageOutbox> {
    await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);
    [onUnseen, onTaken] = [vi.fn(), vi.fn()];
    const events = { ...NO_EVENTS, onUnseen, onTaken };
    const outbox = await open(server.saveAs("ada"), { events });
    await outbox.push(operations);
    await outbox.whenSaved();
    return outbox;
  }

  test("stays theirs, and the page looks again", async () => {
    const outbox = await send([
      { kind: "revise", id: "before", mask: "m1", label: 2 },
      { ...reopening, id: "reopened" },
    ]);

    expect(server.log.map(({ id }) => id)).toEqual(["theirs", "before"]);
    expect(outbox.status.refused).toEqual([]);
    expect(onUnseen).toHaveBeenCalledExactlyOnceWith(true);
    expect(onTaken).toHaveBeenCalledExactlyOnceWith(["p1"]);
    expect((await db.receipts(USER))[0]).toMatchObject({ outcome: { kind: "moot" } });
  });

  test("leaves me a mask of my own", async () => {
    const outbox = await send([
      { ...reopening, id: "reopened" },
      { ...accept, id: "own", mask: "mine" },
    ]);

    expect(outbox.status.refused).toEqual([]);
    expect(server.annotations.masks.get("mine")).toMatchObject({ proposal: null });
    expect(server.annotations.masks.get("hers")).toMatchObject({ proposal: "p1" });
  });

  test("is no reason to say that the server cannot be reached, once it can", async () => {
    await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);
    let isReachable = false;
    const save: Save = async (...call) =>
      isReachable ? server.saveAs("ada")(...call) : { kind: "unreachable" };
    const outbox = await open(save);
    await outbox.push([{ ...reopening, id: "reopened" }]);
    await waitFor(() => expect(outbox.status.hindrance).toBe("offline"));

    isReachable = true;
    outbox.resume();
    await outbox.whenSaved();

    expect(outbox.status).toMatchObject({ state: "saved", hindrance: "none" });
  });

  test("is told of where what it looks like is not known here", async () => {
    await server.saveAs("grace")(IMAGE, 0, [{ ...accept, id: "theirs", mask: "hers" }]);
    const outbox = await open(server.saveAs("ada"), { rleOf: () => null });
    await outbox.push([{ ...accept, id: "own", mask: "mine" }]);
    await outbox.whenSaved();

    expect(outbox.status.refused).toMatchObject([{ reason: "already decided" }]);
  });
});
