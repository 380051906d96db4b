/** Two people, a network that loses requests and replies, pages that crash: all work arrives once. */

import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { Operation } from "@/editor/operations";
import { ImageOutbox, type Save } from "@/editor/outbox";
import { OutboxDatabase } from "@/editor/outbox-db";
import { pendingProposals } from "@/editor/picking";
import { AnnotationStore, type OperationDraft } from "@/editor/store";
import { PATIENCE_MS } from "../wait-for";
import { annotationsOf, maskRow, proposalRow, square } from "./annotations";
import { SaveServer } from "./server";

const FAST = { interval: 1, timeout: PATIENCE_MS };

type Fault = "none" | "request lost" | "reply lost" | "session ended";

/** One person's page: a store and an outbox, as the session wires them. */
class Page {
  readonly pushed: Operation[] = [];
  fault: Fault = "none";
  store!: AnnotationStore;
  outbox!: ImageOutbox;
  retry: (() => void) | null = null;
  #name: string;
  #user: number;
  #server: SaveServer;
  #db: OutboxDatabase;

  constructor(name: string, user: number, server: SaveServer, db: OutboxDatabase) {
    this.#name = name;
    this.#user = user;
    this.#server = server;
    this.#db = db;
  }

  async load(): Promise<void> {
    this.outbox?.close();
    const outbox = await ImageOutbox.open({
      image: 1,
      user: this.#user,
      version: this.#server.version,
      db: this.#db,
      save: this.#save,
      schedule: (task) => {
        this.retry = task;
        return () => undefined;
      },
      rleOf: (proposal) => this.#server.annotations.proposals.get(proposal)?.rle ?? null,
      events: {
        onStatus: () => undefined,
        onSaved: (revisions) => this.store.acknowledge(revisions),
        onRebase: (missed, pending) => this.#rebase(missed, pending),
        onUnseen: () => this.#lookAgain(),
      },
    });
    this.store = new AnnotationStore(this.#server.shown, this.#name);
    this.store.reload(this.#server.shown, outbox.pending);
    this.outbox = outbox;
  }

  #rebase(...[missed, pending]: Parameters<AnnotationStore["rebase"]>): void {
    try {
      this.store.rebase(missed, pending);
    } catch {
      this.#lookAgain();
    }
  }

  #lookAgain(): void {
    this.store.reload(this.#server.shown, this.outbox.pending);
  }

  async do(step: OperationDraft[] | "undo" | "redo"): Promise<void> {
    const operations = this.#change(step);
    this.pushed.push(...operations);
    await this.outbox.push(operations);
  }

  #change(step: OperationDraft[] | "undo" | "redo"): readonly Operation[] {
    if (step === "undo") return this.store.undo();
    if (step === "redo") return this.store.redo();
    const { masks, proposals } = this.store.annotations;
    const isOffered = (draft: OperationDraft): boolean =>
      "proposal" in draft && draft.proposal !== undefined
        ? proposals.get(draft.proposal)?.state === "pending"
        : !("mask" in draft) || draft.kind === "create" || masks.has(draft.mask);
    return this.store.commit(step.filter(isOffered));
  }

  #save: Save = async (...call) => {
    const fault = this.fault;
    await Promise.resolve();
    if (fault === "session ended") return { kind: "login" };
    if (fault === "request lost") return { kind: "unreachable" };
    const reply = await this.#server.saveAs(this.#name)(...call);
    return fault === "reply lost" ? { kind: "unreachable" } : reply;
  };
}

const masks = ["m1", "m2"];

const anyDraft: fc.Arbitrary<OperationDraft> = fc.oneof(
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom(...masks),
    label: fc.constantFrom(null, 1, 2, 3),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom(...masks),
    rle: fc.integer({ min: 1, max: 9 }).map((side) => square(1, 1, side)),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom(...masks),
    attributes: fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom(null, 1, "red")),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constant("m1"),
    parent: fc.constantFrom(null, "m2"),
  }),
  fc.record({
    kind: fc.constant("revise" as const),
    mask: fc.constantFrom(...masks),
    z: fc.integer({ min: -1, max: 1 }),
  }),
  fc.record({ kind: fc.constant("delete" as const), mask: fc.constantFrom(...masks) }),
  fc.uuid().map((mask) => ({ kind: "create" as const, mask, label: 1, rle: square(3, 3, 3) })),
  fc.constantFrom("p1", "p2").map((proposal) => ({
    kind: "verdict" as const,
    proposal,
    verdict: "rejected" as const,
  })),
  fc.tuple(fc.uuid(), fc.constantFrom("p1", "p2")).map(([mask, proposal]) => ({
    kind: "verdict" as const,
    verdict: "accepted" as const,
    mask,
    label: 2,
    proposal,
  })),
  fc.tuple(fc.uuid(), fc.constantFrom("p1", "p2")).map(([mask, proposal]) => ({
    kind: "create" as const,
    mask,
    label: 2,
    rle: square(2, 2, 3),
    proposal,
  })),
);

const anyFault = fc.constantFrom<Fault>("none", "request lost", "reply lost", "session ended");
const anyEvent = fc.record({
  who: fc.constantFrom(0, 1),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.array(anyDraft, { minLength: 1, maxLength: 2 }) },
    { weight: 2, arbitrary: fc.constantFrom("undo" as const, "redo" as const) },
    { weight: 1, arbitrary: fc.constant("crash" as const) },
    { weight: 2, arbitrary: anyFault.map((fault) => ({ fault })) },
  ),
});

type Event = typeof anyEvent extends fc.Arbitrary<infer T> ? T : never;

async function live(pages: readonly Page[], events: readonly Event[]): Promise<void> {
  for (const { who, what } of events) {
    const page = pages[who] as Page;
    if (what === "crash") await page.load();
    else if (typeof what === "object" && "fault" in what) page.fault = what.fault;
    else await page.do(what);
  }
}

/** Every fault is over: pages send what they hold, and look once more at what the others did. */
async function settle(pages: readonly Page[]): Promise<void> {
  for (const page of pages) {
    page.fault = "none";
    page.outbox.resume();
    await vi.waitFor(() => {
      page.retry?.();
      expect(page.outbox.pending).toEqual([]);
    }, FAST);
  }
}

function newMask(): OperationDraft {
  return { kind: "create", mask: crypto.randomUUID(), label: 99, rle: square(0, 0, 2) };
}

function seen({ annotations }: Pick<AnnotationStore, "annotations">) {
  return [...annotations.masks.values()]
    .filter(({ isDeleted }) => !isDeleted)
    .map(({ id, label, rle, attributes }) => [id, label, rle.counts, attributes])
    .sort();
}

function open({ annotations }: Pick<AnnotationStore, "annotations">) {
  return pendingProposals(annotations)
    .map(({ id }) => id)
    .sort();
}

test("whatever fails, each operation reaches the server once and no page disagrees", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 25 }), async (events) => {
      vi.stubGlobal("indexedDB", new IDBFactory());
      const db = await OutboxDatabase.open();
      const rows = [maskRow("m1", square(1, 1, 4)), maskRow("m2", square(8, 8, 5), { label: 3 })];
      const proposals = [
        proposalRow("p1", square(2, 2, 3), 1),
        proposalRow("p2", square(9, 1, 3), 1),
      ];
      const server = new SaveServer(annotationsOf(rows, proposals));
      const pages = [new Page("ada", 1, server, db), new Page("grace", 2, server, db)];
      for (const page of pages) await page.load();

      await live(pages, events);
      await settle(pages);

      const arrived = server.log.map(({ id }) => id);
      expect(new Set(arrived).size).toBe(arrived.length);
      for (const page of pages) {
        const kept = page.pushed.filter(({ kind }) => kind !== "verdict").map(({ id }) => id);
        const { refused } = page.outbox.status;
        const ended = [...arrived, ...refused.map(({ operation }) => operation.id)];
        for (const id of kept) expect(ended).toContain(id);
        expect(refused.map(({ reason }) => reason)).not.toContain("already decided");
        await page.do([newMask()]); // brings what it has missed
        await settle([page]);
      }
      await (pages[0] as Page).do([newMask()]);
      await settle(pages);
      const [page] = pages as [Page];
      expect(seen(page.store)).toEqual(seen(server));
      expect(open(page.store)).toEqual(open(server));
    }),
    { seed: 8, numRuns: 60 },
  );
}, 30_000);
