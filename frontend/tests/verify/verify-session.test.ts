import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type AttributeDefinition, definitionsOf } from "@/editor/attributes";
import { EffortMeter } from "@/editor/effort";
import type { Operation } from "@/editor/operations";
import { OutboxDatabase } from "@/editor/outbox-db";
import type { VerifyBatch } from "@/pages/verify/api";
import { type VerifyOptions, VerifySession } from "@/pages/verify/verify-session";
import { annotationsOf, proposalRow, square } from "../editor/annotations";
import { SaveServer } from "../editor/server";
import { waitFor } from "../wait-for";

const USER = 1;
const PROPOSALS = 45; // on each of two images

let db: OutboxDatabase;
let servers: Map<number, SaveServer>;
let asked: (readonly string[])[];
let released: [assignment: number, active_s: number][];
let now_s: number;
let stint: number; // at every place

const rowsOf = (image: number) =>
  Array.from({ length: PROPOSALS }, (_, index) =>
    proposalRow(`${image}/${String(index).padStart(2, "0")}`, square(index % 20, 2, 3), 0.9),
  );

/** What the server's queue hands out: twenty at a time, image by image. */
async function claim(known: readonly string[]): Promise<VerifyBatch> {
  asked.push(known);
  const pending = [...servers].flatMap(([image, { annotations }]) =>
    [...annotations.proposals.values()]
      .filter(({ id, state }) => state === "pending" && !known.includes(id))
      .map((row) => ({ ...row, image })),
  );
  const given = pending.slice(0, 20);
  const images = [...new Set(given.map(({ image }) => image))];
  return {
    proposals: given.map((row) => ({
      ...row,
      state: "pending" as const,
      point_xy: [1, 1],
      bundle: "b",
      box_xyxy: [0, 0, 3, 3],
    })),
    images: images.map((id) => ({
      ...{ id, file_name: `${id}.png`, width: 30, height: 20 },
      ...{ version: servers.get(id)?.version ?? 0, display_url: "", thumb_url: "" },
    })),
    assignments: images.map((image) => ({
      id: 100 + image,
      image,
      slot: 0,
      stint,
      lease_until: "",
    })),
    left: pending.length - given.length,
  };
}

beforeEach(async () => {
  vi.stubGlobal("indexedDB", new IDBFactory());
  db = await OutboxDatabase.open();
  servers = new Map(
    [1, 2].map((image) => [image, new SaveServer(annotationsOf([], rowsOf(image)))]),
  );
  asked = [];
  released = [];
  now_s = 0;
  stint = 1;
});

function begun(change: Partial<VerifyOptions> = {}): VerifySession {
  return new VerifySession({
    user: USER,
    db,
    save: (image, version, operations) => {
      const server = servers.get(image) as SaveServer;
      return server.saveAs("ada")(image, version, operations);
    },
    schedule: (task, delay_ms) => {
      const timer = setTimeout(task, delay_ms);
      return () => clearTimeout(timer);
    },
    takeLock: async () => ({ release: () => undefined }),
    release: async ({ id }, active_s) => released.push([id, active_s]),
    extend: async () => undefined,
    meter: new EffortMeter(() => now_s),
    claim,
    onError: (error) => {
      throw error;
    },
    ...change,
  });
}

async function begin(change: Partial<VerifyOptions> = {}): Promise<VerifySession> {
  const session = begun(change);
  await session.refill();
  return session;
}

const stateOf = (id: string) =>
  [...servers.values()]
    .map(({ annotations }) => annotations.proposals.get(id)?.state)
    .find(Boolean);

/** Somebody else reshapes the mask that was made of a proposal. */
async function reshape(proposal: string): Promise<string> {
  const server = servers.get(1) as SaveServer;
  const rows = [...server.annotations.masks.values()];
  const mask = rows.find((row) => row.proposal === proposal)?.id ?? "";
  const revision = { id: crypto.randomUUID(), kind: "revise", mask, rle: square(0, 0, 9) } as const;
  await server.saveAs("bob")(1, server.version, [revision]);
  return mask;
}

const saved = (session: VerifySession) =>
  waitFor(() => expect(session.status.get()).toMatchObject({ state: "saved", waiting: 0 }));

const define = (id: string, change: Partial<AttributeDefinition> = {}): AttributeDefinition => ({
  ...{ id, name: id, kind: "text", choices: [], min: null, max: null },
  ...{ required: false, default: null, deleted: false, ...change },
});
const DEFINITIONS = definitionsOf([
  { id: 7, attributes: [define("paint", { default: "red" }), define("note")] },
  { id: 9, attributes: [define("size", { required: true })] },
]);

describe("the attributes of a proposal", () => {
  let session: VerifySession;
  beforeEach(async () => {
    session = await begin();
    session.attributes.definitions.set(DEFINITIONS);
    session.setLabel(7);
  });
  const maskOf = (proposal: string) =>
    [...(servers.get(1)?.annotations.masks.values() ?? [])].find(
      (row) => row.proposal === proposal && !row.isDeleted,
    );
  const shown = () => (session.current === null ? null : session.attributesOf(session.current));

  test("travel with its acceptance, and begin anew for the next one", async () => {
    session.setAttribute("paint", "blue");
    session.setAttribute("note", "rusty");
    expect(shown()).toEqual({ paint: "blue", note: "rusty" });

    session.decide("accepted");
    expect(shown()).toEqual({ paint: "red" });
    session.setAttribute("paint", null); // not even the default
    session.decide("accepted");
    await saved(session);

    expect(maskOf("1/00")?.attributes).toEqual({ paint: "blue", note: "rusty" });
    expect(maskOf("1/01")?.attributes).toEqual({});
  });

  test("are kept while a verdict is taken back and given again", async () => {
    session.setAttribute("note", "rusty");
    session.decide("accepted");
    session.undo();
    expect(shown()).toEqual({ paint: "red", note: "rusty" });
    session.decide("rejected");
    session.undo();
    session.decide("accepted");
    await saved(session);

    expect(maskOf("1/00")?.attributes).toEqual({ paint: "red", note: "rusty" });
  });

  test("taken away after a verdict was taken back are not on the mask", async () => {
    session.setAttribute("note", "rusty");
    session.decide("accepted");
    await saved(session);
    session.undo();
    session.setAttribute("note", null);
    session.decide("accepted");
    await saved(session);
    expect(maskOf("1/00")?.attributes).toEqual({ paint: "red" });

    session.undo();
    session.setLabel(8);
    session.decide("accepted");
    await saved(session);

    expect(maskOf("1/00")).toMatchObject({ label: 8, attributes: {} });
  });

  test("are those of its label: another label's wait until it has that again", () => {
    session.setAttribute("paint", "blue");

    session.setLabel(9);
    session.setAttribute("size", 3);
    expect(shown()).toEqual({ size: 3 });
    session.setLabel(7);
    expect(shown()).toEqual({ paint: "blue" });
  });

  test("that are required are asked for before it is accepted, and for no other verdict", () => {
    session.setLabel(9);

    session.decide("accepted");
    expect(session.current?.proposal.id).toBe("1/00");
    expect(session.whyNot("accepted")).toBe("Not accepted: it still needs size.");
    session.setAttribute("size", 3);
    session.decide("accepted");
    session.decide("needs_work");

    expect(session.current?.proposal.id).toBe("1/02");
  });
});

describe("a verify session", () => {
  test("has the next twenty here before the first twenty are done", async () => {
    const session = await begin();

    expect(session.ahead.get()).toHaveLength(40);
    expect(session.left.get()).toBe(2 * PROPOSALS);
    expect(asked.map((known) => known.length)).toEqual([0, 20]);

    for (let step = 0; step < 20; step += 1) session.decide("accepted");
    await waitFor(() => expect(session.ahead.get()).toHaveLength(40));
    expect(session.left.get()).toBe(70);
  });

  test("begins an accepted mask with the defaults of its label", async () => {
    const session = await begin();
    session.attributes.definitions.set(DEFINITIONS);
    session.setLabel(7);
    session.decide("accepted");
    session.setLabel(8);
    session.decide("accepted");
    await saved(session);

    const log = servers.get(1)?.log ?? [];
    expect(log[0]).toMatchObject({ label: 7, attributes: { paint: "red" } });
    expect(log[1]).not.toHaveProperty("attributes");
  });

  test("saves the four verdicts, each once, through the outbox", async () => {
    const session = await begin();
    session.setLabel(7);

    for (const verdict of ["accepted", "rejected", "needs_work", "not_sure"] as const) {
      now_s += 2;
      session.decide(verdict);
    }
    await saved(session);

    expect(["1/00", "1/01", "1/02", "1/03"].map(stateOf)).toEqual([
      "accepted",
      "rejected",
      "needs_work",
      "not_sure",
    ]);
    const log = servers.get(1)?.log ?? [];
    expect(log).toHaveLength(4);
    expect(log[0]).toMatchObject({ kind: "verdict", label: 7, effort: { seconds: 2 } });
    expect(await db.rows(USER, 1)).toEqual([]);
  });

  test("goes to its end by keys alone, and gives the images back with their seconds", async () => {
    const session = await begin();

    while (session.current !== null) {
      now_s += 1;
      session.decide("accepted");
      await waitFor(() => expect(session.phase.get().kind).not.toBe("loading"));
    }
    await saved(session);
    await session.close();

    expect(session.phase.get().kind).toBe("empty");
    expect([session.done.get(), session.left.get()]).toEqual([2 * PROPOSALS, 0]);
    expect(released.sort()).toEqual([
      [101, PROPOSALS],
      [102, PROPOSALS],
    ]);
  });

  test("keeps what was spent on looking, and gives it back with the image", async () => {
    const meter = new EffortMeter(() => now_s);
    const session = await begin({ meter });
    now_s += 2;
    session.decide("rejected");
    now_s += 9;
    meter.noteActivity();
    session.keepSeconds();
    await waitFor(async () => expect(await db.activeSeconds({ id: 101, stint })).toBe(11));
    expect(await db.activeSeconds({ id: 102, stint })).toBe(0);

    now_s += 1;
    session.decide("rejected"); // what was kept for looking is this verdict's now
    await waitFor(async () => expect(await db.activeSeconds({ id: 101, stint })).toBe(12));
    await saved(session);
    now_s += 3;
    meter.noteActivity();
    await session.close();

    expect(Object.fromEntries(released)).toMatchObject({ 101: 15 });
  });

  describe("whose images were given back", () => {
    let isLost: boolean;
    let given: [stint: number, active_s: number][];
    const release: VerifyOptions["release"] = async (place, active_s) => {
      if (place.id === 101) given.push([place.stint, active_s]);
      if (isLost) throw new Error("no reply");
      stint = 2; // whoever claims next begins another
    };
    const workFor = async (seconds: number): Promise<void> => {
      const session = await begin({ release, onError: () => undefined });
      now_s += seconds;
      session.decide("rejected");
      await saved(session);
      await session.close();
    };
    beforeEach(() => {
      given = [];
    });

    test("without a reply goes on from what was spent, as long as the place is still held", async () => {
      isLost = true;
      await workFor(5);
      await workFor(3);

      expect(given).toEqual([
        [1, 5],
        [1, 8],
      ]);
    });

    test("without a reply counts nothing again once the place was taken anew", async () => {
      isLost = true;
      await workFor(5);
      stint = 2;
      await workFor(3);

      expect(given).toEqual([
        [1, 5],
        [2, 3],
      ]);
    });

    test("with a reply begins the next time at zero", async () => {
      isLost = false;
      await workFor(5);
      await workFor(3);

      expect(given).toEqual([
        [1, 5],
        [2, 3],
      ]);
    });
  });

  test("takes verdicts back one by one, and the proposal comes first again", async () => {
    const session = await begin();
    session.decide("accepted");
    session.decide("needs_work");

    session.undo();
    session.undo();
    session.undo(); // nothing is left to take back
    await saved(session);

    expect(session.current?.proposal.id).toBe("1/00");
    expect([stateOf("1/00"), stateOf("1/01")]).toEqual(["pending", "pending"]);
    expect([...(servers.get(1)?.annotations.masks.values() ?? [])]).toMatchObject([
      { isDeleted: true },
    ]);
    session.decide("accepted"); // the same mask comes back
    await saved(session);
    expect(servers.get(1)?.annotations.masks.size).toBe(1);
    expect(session.done.get()).toBe(1);
  });

  test("decides many crops as one step of undo", async () => {
    const session = await begin();
    const [first, second, third] = session.ahead.get();
    if (!first || !second || !third) throw new Error("too few proposals");

    session.decideAll([
      { item: first, verdict: "accepted" },
      { item: second, verdict: "rejected" },
      { item: third, verdict: "accepted" },
    ]);
    await saved(session);
    expect(["1/00", "1/01", "1/02"].map(stateOf)).toEqual(["accepted", "rejected", "accepted"]);
    session.undo();
    await saved(session);

    expect(["1/00", "1/01", "1/02"].map(stateOf)).toEqual(["pending", "pending", "pending"]);
    expect(session.ahead.get().slice(0, 3)).toEqual([first, second, third]);
  });

  test("drops what others decided meanwhile, and overwrites nothing", async () => {
    const session = await begin();
    const theirs = { id: crypto.randomUUID(), kind: "verdict", proposal: "1/05" } as const;
    await servers.get(1)?.saveAs("bob")(1, 0, [{ ...theirs, verdict: "rejected" }]);

    session.decide("accepted");
    await saved(session);

    expect(session.ahead.get().map(({ proposal }) => proposal.id)).not.toContain("1/05");
    expect([stateOf("1/00"), stateOf("1/05")]).toEqual(["accepted", "rejected"]);
  });

  test("shows no proposal again that is somebody else's mask beside one's own", async () => {
    const session = await begin();
    const hers = { kind: "verdict", proposal: "1/00", verdict: "accepted", mask: "hers" } as const;
    await servers.get(1)?.saveAs("bob")(1, 0, [{ ...hers, id: "theirs", label: null }]);
    session.decide("accepted");
    await saved(session);

    session.undo();
    await saved(session);

    expect(session.ahead.get().map(({ proposal }) => proposal.id)).not.toContain("1/00");
    const { masks } = (servers.get(1) as SaveServer).annotations;
    expect([...masks.values()].filter(({ isDeleted }) => !isDeleted)).toMatchObject([
      { id: "hers", proposal: "1/00" },
    ]);
    expect(session.status.get().refused).toEqual([]);
  });

  /** Accept the first proposal, of which somebody else reshapes the mask. */
  async function beginReshaped() {
    const told: unknown[] = [];
    const session = await begin({ onError: (error) => told.push(error) });
    session.decide("accepted");
    await saved(session);
    const mask = await reshape("1/00");
    const expectKept = () => {
      const row = servers.get(1)?.annotations.masks.get(mask);
      expect(row).toMatchObject({ isDeleted: false, rle: square(0, 0, 9) });
      expect([stateOf("1/00"), session.done.get()]).toEqual(["accepted", 1]);
      expect(session.status.get().refused).toEqual([]);
      expect(told).toMatchObject([{ message: "Not undone: somebody has changed the mask since." }]);
    };
    return { session, expectKept };
  }

  test("takes no acceptance back once others have changed its mask", async () => {
    const { session, expectKept } = await beginReshaped();
    session.decide("rejected"); // the save that learns of it
    await saved(session);

    session.undo();
    session.undo();
    await saved(session);

    expectKept();
    expect([session.current?.proposal.id, stateOf("1/01")]).toEqual(["1/01", "pending"]);
  });

  test("leaves a mask that others changed, though it learns of it only by the undo", async () => {
    const { session, expectKept } = await beginReshaped();

    session.undo();
    await saved(session);

    expectKept();
    expect(session.current?.proposal.id).toBe("1/01");
  });

  test.each(["accepted", "rejected"] as const)(
    "leaves it so too where the proposal was %s again before the undo arrived",
    async (verdict) => {
      const { session, expectKept } = await beginReshaped();

      session.undo();
      session.decide(verdict);
      await saved(session);

      expectKept();
    },
  );

  test("leaves what others have described, though an earlier page took it back", async () => {
    const earlier = await begin();
    earlier.decide("accepted");
    await saved(earlier);
    const server = servers.get(1) as SaveServer;
    const [mask = ""] = server.annotations.masks.keys();
    const id = () => crypto.randomUUID();
    const said: Operation = { id: id(), kind: "caption", mask, text: "A cell." };
    await server.saveAs("bob")(1, server.version, [said]);
    const undo: Operation[] = [
      { id: id(), kind: "delete", mask },
      { id: id(), kind: "verdict", proposal: "1/00", verdict: "pending" },
    ];
    await db.add(
      undo.map((operation) => ({
        ...{ operation, operation_id: operation.id, image: 1, user: USER, refusal: null },
        ...{ made_at: 0, version: 1, rle: null },
      })),
    );

    const session = await begin({ onError: () => undefined });
    await saved(session);

    expect(server.annotations.masks.get(mask)).toMatchObject({ isDeleted: false });
    expect([stateOf("1/00"), session.done.get()]).toEqual(["accepted", 0]);
  });

  test("shows a proposal again whose verdict is taken back, though its reply was lost", async () => {
    let isLost = true;
    const session = await begin({
      save: async (image, version, operations) => {
        const server = servers.get(image) as SaveServer;
        const reply = await server.saveAs("ada")(image, version, operations);
        return isLost ? { kind: "unreachable" } : reply;
      },
    });
    session.decide("accepted");
    await waitFor(() => expect(session.status.get().hindrance).toBe("offline"));

    isLost = false;
    session.undo();
    await saved(session);

    expect(session.current?.proposal.id).toBe("1/00");
    expect(stateOf("1/00")).toBe("pending");
  });

  test("keeps verdicts on this device while the server is away, and sends them later", async () => {
    let isAway = true;
    const session = await begin({
      save: async (image, version, operations) =>
        isAway
          ? { kind: "unreachable" }
          : (servers.get(image) as SaveServer).saveAs("ada")(image, version, operations),
    });
    session.decide("rejected");
    session.decide("accepted");
    await waitFor(() =>
      expect(session.status.get()).toMatchObject({ state: "device", hindrance: "offline" }),
    );
    expect(await db.rows(USER, 1)).toHaveLength(2);

    isAway = false;
    session.resume();
    await saved(session);

    expect([stateOf("1/00"), stateOf("1/01")]).toEqual(["rejected", "accepted"]);
  });

  test("loses no proposal to a verdict given while the images of a batch are opened", async () => {
    const rows = (image: number) => rowsOf(image).slice(0, 10);
    servers = new Map(
      [1, 2, 3, 4].map((image) => [image, new SaveServer(annotationsOf([], rows(image)))]),
    );
    const session = begun({
      takeLock: async (image) => {
        if (image === 4) session.decide("accepted");
        return { release: () => undefined };
      },
    });

    await session.refill();

    expect(session.done.get()).toBe(1);
    expect(session.ahead.get().map(({ image }) => image.id)).toContain(3);
    expect(session.ahead.get()).toHaveLength(39);
    expect(released).toEqual([]);
  });

  test("left while it fetches, gives back what it had just claimed", async () => {
    let arrive: () => void = () => undefined;
    const session = new VerifySession({
      ...{ user: USER, db, meter: new EffortMeter(() => now_s) },
      save: async () => ({ kind: "unreachable" }),
      schedule: () => () => undefined,
      takeLock: async () => ({ release: () => undefined }),
      release: async ({ id }, active_s) => released.push([id, active_s]),
      extend: async () => undefined,
      claim: async (known) => {
        await new Promise<void>((resolve) => {
          arrive = resolve;
        });
        return claim(known);
      },
      onError: () => undefined,
    });
    void session.refill();
    const left = session.close();
    arrive();
    await left;

    expect(released).toEqual([[101, 0]]);
    expect(asked).toHaveLength(1);
  });

  test("leaves out images that another page of the person has open", async () => {
    const session = await begin({
      takeLock: async (image) => (image === 1 ? null : { release: () => undefined }),
    });

    expect(new Set(session.ahead.get().map(({ image }) => image.id))).toEqual(new Set([2]));
  });
});
