import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import fc from "fast-check";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { HistoryKeeper, UNDO_STEPS } from "@/editor/history";
import type { Annotations } from "@/editor/operations";
import { OutboxDatabase } from "@/editor/outbox-db";
import { liveMasks, pendingProposals } from "@/editor/picking";
import { AnnotationStore, type OperationDraft } from "@/editor/store";
import { annotationsOf, maskRow, proposalRow, square } from "./annotations";

const [USER, IMAGE] = [7, 40];
let db: OutboxDatabase;

beforeEach(async () => {
  globalThis.indexedDB = new IDBFactory();
  db = await OutboxDatabase.open();
});

/** A page on the image: it takes up the history and keeps it. */
async function openPage(annotations: Annotations, image = IMAGE, user = USER) {
  const store = new AnnotationStore(annotations, "ada");
  const begun = await db.history(user, image);
  store.restoreHistory(begun);
  const keeper = new HistoryKeeper(db, [user, image], begun);
  let kept: Promise<void> = Promise.resolve();
  store.subscribe(({ origin }) => {
    if (origin === "local") kept = keeper.keep(store.history);
  });
  /** What the server shows the next page: nothing deleted, nothing decided. */
  const leave = async (): Promise<Annotations> => {
    await kept;
    return annotationsOf(liveMasks(store.annotations), pendingProposals(store.annotations));
  };
  return { store, leave };
}

function shown(annotations: Annotations) {
  const masks = liveMasks(annotations).map(({ id, label, rle }) => [id, label, rle.counts]);
  return { masks: masks.sort(), proposals: pendingProposals(annotations).map(({ id }) => id) };
}

const begun = () =>
  annotationsOf(
    [maskRow("m1", square(1, 1, 4)), maskRow("m2", square(8, 8, 5), { label: 3 })],
    [proposalRow("p1", square(2, 2, 3), 0.9), proposalRow("p2", square(9, 1, 3), 0.8)],
  );

describe("after a reload", () => {
  test("undo goes on where the page left off, and redo after it", async () => {
    const first = await openPage(begun());
    first.store.commit([{ kind: "revise", mask: "m1", label: 5 }]);
    first.store.commit([{ kind: "revise", mask: "m1", label: 6 }]);
    first.store.commit([{ kind: "revise", mask: "m1", label: 7 }]);
    first.store.undo();

    const second = await openPage(await first.leave());
    second.store.undo();
    const third = await openPage(await second.leave());
    third.store.redo();
    third.store.redo();

    expect(third.store.annotations.masks.get("m1")?.label).toBe(7);
    expect(third.store.canRedo).toBe(false);
  });

  test("a deleted mask comes back, and an accepted proposal is open again", async () => {
    const first = await openPage(begun());
    first.store.commit([{ kind: "delete", mask: "m2" }]);
    const accept = { proposal: "p1", verdict: "accepted", mask: "new", label: 2 } as const;
    first.store.commit([{ kind: "verdict", ...accept }]);

    const second = await openPage(await first.leave());
    const operations = [...second.store.undo(), ...second.store.undo()];

    expect(shown(second.store.annotations)).toEqual(shown(begun()));
    expect(operations.map(({ kind }) => kind)).toEqual(["delete", "verdict", "revise"]);
  });

  test("what others changed since is not undone", async () => {
    const first = await openPage(begun());
    first.store.commit([{ kind: "revise", mask: "m1", label: 5 }]);
    const left = await first.leave();
    const theirs = maskRow("m1", square(3, 3, 2), { label: 9, author: "grace" });

    const second = await openPage({ ...left, masks: new Map(left.masks).set("m1", theirs) });

    expect(second.store.undo()).toEqual([]);
    expect(second.store.annotations.masks.get("m1")).toEqual(theirs);
  });

  test("and a proposal of which others made theirs stays with them", async () => {
    const first = await openPage(begun());
    const accept = { kind: "verdict", proposal: "p1", verdict: "accepted", label: 1 } as const;
    first.store.commit([{ ...accept, mask: "own" }]);
    await first.leave();
    const own = maskRow("own", square(2, 2, 3), { label: 1 });
    const hers = maskRow("hers", square(2, 2, 3), { proposal: "p1", author: "grace" });

    const second = await openPage(annotationsOf([own, hers]));

    expect(second.store.undo()).toMatchObject([{ kind: "delete", mask: "own" }]);
  });

  test("nor is one open that was taken back, and has been decided since", async () => {
    const first = await openPage(begun());
    const accept = { kind: "verdict", proposal: "p1", verdict: "accepted", label: 1 } as const;
    first.store.commit([{ ...accept, mask: "own" }]);
    first.store.undo();
    await first.leave();
    const hers = maskRow("hers", square(2, 2, 3), { proposal: "p1", author: "grace" });

    const second = await openPage(annotationsOf([hers], []));

    expect(pendingProposals(second.store.annotations)).toEqual([]);
    expect(second.store.redo()).toMatchObject([{ kind: "revise", mask: "own" }]);
  });

  test("and what the same person has made of it elsewhere stays its mask", async () => {
    const first = await openPage(begun());
    const accept = { kind: "verdict", proposal: "p1", verdict: "accepted", label: 1 } as const;
    first.store.commit([{ ...accept, mask: "own" }]);
    await first.leave();
    const elsewhere = maskRow("other", square(2, 2, 3), { proposal: "p1", author: "ada" });

    const second = await openPage(annotationsOf([elsewhere], []));

    expect(second.store.undo()).toEqual([]);
  });

  test("an acceptance that waits here in place of one that is saved is shown", async () => {
    const first = await openPage(begun());
    const accept = { kind: "verdict", proposal: "p1", verdict: "accepted", label: 1 } as const;
    first.store.commit([{ ...accept, mask: "saved" }]);
    const waiting = [
      ...first.store.undo(),
      ...first.store.commit([{ ...accept, mask: "waiting" }]),
    ];
    await first.leave();
    const saved = maskRow("saved", square(2, 2, 3), { label: 1, proposal: "p1" });

    const second = await openPage(annotationsOf([saved], []));
    second.store.reload(second.store.annotations, waiting);

    expect(liveMasks(second.store.annotations).map(({ id }) => id)).toEqual(["waiting"]);
  });

  test("a new gesture ends what could be redone, there too", async () => {
    const first = await openPage(begun());
    first.store.commit([{ kind: "revise", mask: "m1", label: 5 }]);
    first.store.undo();
    const second = await openPage(await first.leave());
    second.store.commit([{ kind: "revise", mask: "m2", label: 5 }]);
    const third = await openPage(await second.leave());

    expect(third.store.canRedo).toBe(false);
    expect(third.store.history.undo).toHaveLength(1);
  });

  test("each image and each person has a history of its own, until it is forgotten", async () => {
    const first = await openPage(begun());
    first.store.commit([{ kind: "revise", mask: "m1", label: 5 }]);
    const left = await first.leave();

    expect((await openPage(left, IMAGE + 1)).store.canUndo).toBe(false);
    expect((await openPage(left, IMAGE, USER + 1)).store.canUndo).toBe(false);
    expect((await openPage(left)).store.canUndo).toBe(true);
    await db.forgetHistory(USER, IMAGE);
    expect((await openPage(left)).store.canUndo).toBe(false);
  });

  test("only so many steps are there", async () => {
    const first = await openPage(begun());
    for (let label = 10; label < UNDO_STEPS + 20; label += 1) {
      first.store.commit([{ kind: "revise", mask: "m1", label }]);
    }
    await first.leave();

    expect((await db.history(USER, IMAGE)).undo).toHaveLength(UNDO_STEPS);
  });
});

test("reloading at any moment changes nothing that undo and redo do", async () => {
  const gesture = fc.oneof(
    fc.record({
      does: fc.constant("label" as const),
      mask: fc.constantFrom("m1", "m2"),
      label: fc.nat({ max: 4 }),
    }),
    fc.record({ does: fc.constant("delete" as const), mask: fc.constantFrom("m1", "m2") }),
    fc.record({ does: fc.constant("accept" as const), proposal: fc.constantFrom("p1", "p2") }),
    fc.record({ does: fc.constantFrom("undo" as const, "undo" as const, "redo" as const) }),
  );
  const plan = fc.array(fc.tuple(gesture, fc.boolean()), { maxLength: 14 });
  await fc.assert(
    fc.asyncProperty(plan, async (steps) => {
      await db.forgetHistory(USER, IMAGE);
      const whole = new AnnotationStore(begun(), "ada");
      let page = await openPage(begun());
      let made = 0;
      for (const [step, reloads] of steps) {
        const drafts = (store: AnnotationStore): OperationDraft[] => {
          const { masks, proposals } = store.annotations;
          if (step.does === "label" || step.does === "delete") {
            const row = masks.get(step.mask);
            if (row === undefined || row.isDeleted) return [];
            if (step.does === "delete") return [{ kind: "delete", mask: step.mask }];
            return [{ kind: "revise", mask: step.mask, label: step.label }];
          }
          if (step.does !== "accept" || proposals.get(step.proposal)?.state !== "pending")
            return [];
          const mask = `made-${made}`;
          const { proposal } = step;
          return [{ kind: "verdict", proposal, verdict: "accepted", mask, label: null }];
        };
        made += 1;
        for (const store of [whole, page.store]) {
          if (step.does === "undo") store.undo();
          else if (step.does === "redo") store.redo();
          else store.commit(drafts(store));
        }
        if (reloads) page = await openPage(await page.leave());
        expect(shown(page.store.annotations)).toEqual(shown(whole.annotations));
        expect(page.store.canUndo).toBe(whole.canUndo);
        expect(page.store.canRedo).toBe(whole.canRedo);
      }
    }),
    { seed: 50, numRuns: 60 },
  );
});

test("a database of an earlier version keeps what waits in it", async () => {
  db.close();
  globalThis.indexedDB = new IDBFactory();
  await new Promise<void>((resolve) => {
    const request = indexedDB.open("anneal-outbox", 1);
    request.onupgradeneeded = () => {
      const rows = request.result.createObjectStore("operations", {
        keyPath: "seq",
        autoIncrement: true,
      });
      rows.createIndex("by_image", ["user", "image"]);
      rows.createIndex("by_operation", "operation_id", { unique: true });
      request.result.createObjectStore("active", { keyPath: "key" });
      const operation = { id: "o1", kind: "delete", mask: "m1" };
      rows.add({ operation, operation_id: "o1", image: IMAGE, user: USER, refusal: null });
    };
    request.onsuccess = () => {
      request.result.close();
      resolve();
    };
  });

  db = await OutboxDatabase.open();

  expect(await db.rows(USER, IMAGE)).toMatchObject([{ operation_id: "o1" }]);
  expect(await db.history(USER, IMAGE)).toEqual({ undo: [], redo: [] });
});

test("of the histories on a device those of the images that were changed last are kept", async () => {
  const now = vi.spyOn(Date, "now");
  const step = (id: number) => ({ stack: "undo" as const, step: { id, changes: [] } });
  for (const [at, image] of [3, 1, 2].entries()) {
    now.mockReturnValue(at);
    await db.changeHistory([USER, image], [step(1), step(2)], []);
  }

  await db.dropOldHistories(2);

  const left = async (image: number) => (await db.history(USER, image)).undo.length;
  expect([await left(1), await left(2), await left(3)]).toEqual([2, 2, 0]);
});
