/**
 * What this device keeps of a person's work: IndexedDB. Operations wait here, strictly durable, until
 * the server has them, and leave a receipt; the steps of undo, and what is unfinished, are here for the
 * next page to go on with.
 */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Change } from "@/editor/changes";
import type { History, Step } from "@/editor/history";
import { askToLast } from "@/editor/lasting-storage";
import type { MaskRow, Operation } from "@/editor/operations";
import { deedOf, type Outcome, RECEIPTS_KEPT, type Receipt } from "@/editor/receipts";
import type { RLE } from "@/editor/rle";
import type { Unfinished } from "@/editor/unfinished";

/** One operation of one person, in the order that it was made. */
export interface OutboxRow {
  seq?: number; // given by the database
  operation: Operation;
  operation_id: string;
  image: number;
  user: number;
  refusal: string | null; // why the server will not have it; it is kept for the person
  made_at?: number; // ms since 1970; rows of an older release lack it
  version?: number; // of the image that it was made on; rows of an older release lack it
  /** What the proposal that it accepts looks like: once somebody else has one, it is not shown. */
  rle?: RLE | null;
}

/** A person's place at an image, and which of its stints this is: one more each time it is taken. */
export interface Place {
  readonly id: number;
  readonly stint: number;
}

/** An image that was done without a network: its end is sent once the rest is. */
export interface Ending {
  readonly user: number;
  readonly image: number;
  readonly project: number;
  readonly queue: "complete" | "correct" | "review" | null;
  /** Null where the image was begun without a network: a place is taken first. */
  readonly place: Place | null;
  readonly active_s: number;
  /** It was corrected for somebody to complete: the place is given back. */
  readonly isForCompletion: boolean;
  readonly made_at?: number; // ms since 1970; rows of an older release lack it
  /** Of the image that was seen, once all that was done here is saved; older rows lack it. */
  readonly version?: number;
  /** Masks came to the image that its person has not seen: it ends once they have. */
  readonly hasChanged?: boolean;
}

interface StepRow extends Step {
  user: number;
  image: number;
  stack: "undo" | "redo";
  at?: number; // ms since 1970; rows of an older release lack it
}

const HISTORIES_KEPT = 50; // images: each may have two hundred steps with all their masks

interface Schema extends DBSchema {
  operations: {
    key: number;
    value: OutboxRow;
    indexes: { by_image: [number, number]; by_operation: string };
  };
  steps: { key: [number, number, number]; value: StepRow };
  receipts: { key: number; value: Receipt; indexes: { by_user: number } };
  endings: { key: [number, number]; value: Ending };
  unfinished: {
    key: [number, number];
    value: { user: number; image: number; unfinished: Unfinished };
  };
  // Rows of an older release lack the stint; the server counts from 0.
  active: { key: string; value: { key: string; stint?: number; active_s: number } };
}

export class OutboxDatabase {
  #db: IDBPDatabase<Schema>;
  #receiptsKept: number;

  private constructor(db: IDBPDatabase<Schema>, receiptsKept: number) {
    this.#db = db;
    this.#receiptsKept = receiptsKept;
  }

  static async open(name = "anneal-outbox", receiptsKept = RECEIPTS_KEPT): Promise<OutboxDatabase> {
    askToLast();
    const db = await openDB<Schema>(name, 4, {
      upgrade(db, before) {
        if (before < 1) {
          const rows = db.createObjectStore("operations", { keyPath: "seq", autoIncrement: true });
          rows.createIndex("by_image", ["user", "image"]);
          rows.createIndex("by_operation", "operation_id", { unique: true });
          db.createObjectStore("active", { keyPath: "key" });
        }
        if (before < 2) db.createObjectStore("steps", { keyPath: ["user", "image", "id"] });
        if (before < 3) {
          const receipts = db.createObjectStore("receipts", {
            keyPath: "seq",
            autoIncrement: true,
          });
          receipts.createIndex("by_user", "user");
        }
        if (before < 4) {
          db.createObjectStore("endings", { keyPath: ["user", "image"] });
          db.createObjectStore("unfinished", { keyPath: ["user", "image"] });
        }
      },
      blocking: (_current, _blocked, event) => (event.target as IDBDatabase).close(),
    });
    return new OutboxDatabase(db, receiptsKept);
  }

  /** Resolves once the rows are on the disk, not merely handed to the system. */
  async add(rows: readonly OutboxRow[]): Promise<void> {
    const change = this.#db.transaction("operations", "readwrite", { durability: "strict" });
    await Promise.all([...rows.map((row) => change.store.add(row)), change.done]);
  }

  /**
   * Take operations out, each in exchange for its receipt. What still waits is then on top of
   * `version`: the first of it says so.
   */
  async settle(
    [user, image]: readonly [user: number, image: number],
    settled: readonly { operation: Operation; outcome: Outcome }[],
    version: number,
  ): Promise<void> {
    const change = this.#db.transaction(["operations", "receipts"], "readwrite");
    const rows = change.objectStore("operations");
    const receipts = change.objectStore("receipts");
    const exchange = async ({ operation, outcome }: (typeof settled)[number]): Promise<void> => {
      const row = await rows.index("by_operation").get(operation.id); // none: it was never stored
      if (row?.seq !== undefined) await rows.delete(row.seq);
      const last = await receipts.add({
        ...{ operation_id: operation.id, user, image, deed: deedOf(operation), outcome },
        made_at: row?.made_at ?? null,
        ended_at: Date.now(),
      });
      await receipts.delete(IDBKeyRange.upperBound(last - this.#receiptsKept));
    };
    const settleAll = async (): Promise<void> => {
      await Promise.all(settled.map(exchange));
      let row = await rows.index("by_image").openCursor([user, image]);
      while (row !== null && row.value.refusal !== null) row = await row.continue();
      await row?.update({ ...row.value, version });
    };
    await Promise.all([settleAll(), change.done]);
  }

  /** Take operations out without a receipt: on a full disk there is no room for one. */
  async remove(operationIds: readonly string[]): Promise<void> {
    const change = this.#db.transaction("operations", "readwrite");
    const index = change.store.index("by_operation");
    const removals = operationIds.map(async (id) => {
      const key = await index.getKey(id);
      if (key !== undefined) await change.store.delete(key);
    });
    await Promise.all([...removals, change.done]);
  }

  /** Replace an operation, or note that it was refused; its place in the order stays. */
  async update(operation: Operation, refusal: string | null): Promise<void> {
    const change = this.#db.transaction("operations", "readwrite", { durability: "strict" });
    const row = await change.store.index("by_operation").get(operation.id);
    if (row !== undefined) await change.store.put({ ...row, operation, refusal });
    await change.done;
  }

  /** What waits for one image, oldest first. */
  async rows(user: number, image: number): Promise<OutboxRow[]> {
    const rows = await this.#db.getAllFromIndex("operations", "by_image", [user, image]);
    return rows.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  }

  /** The images of one person for which something waits. */
  async images(user: number): Promise<number[]> {
    const rows = await this.#db.getAllFromIndex("operations", "by_image", imagesOf(user));
    return [...new Set(rows.filter(({ refusal }) => refusal === null).map(({ image }) => image))];
  }

  /** All that waits or was refused, of every image of one person, oldest first. */
  async everything(user: number): Promise<OutboxRow[]> {
    const rows = await this.#db.getAllFromIndex("operations", "by_image", imagesOf(user));
    return rows.sort((a, b) => (a.seq ?? 0) - (b.seq ?? 0));
  }

  /** What became of one person's operations, the newest first. */
  async receipts(user: number): Promise<Receipt[]> {
    return (await this.#db.getAllFromIndex("receipts", "by_user", user)).reverse();
  }

  /** The steps of undo and redo that a person left on an image. */
  async history(user: number, image: number): Promise<History> {
    const rows = await this.#db.getAll("steps", stepsOf(user, image)); // in the order of their ids
    const stack = (wanted: StepRow["stack"]): Step[] =>
      rows
        .filter((row) => row.stack === wanted)
        .map(({ id, changes }) => ({ id, changes: changes.map(whole) }));
    return { undo: stack("undo"), redo: stack("redo") };
  }

  async changeHistory(
    [user, image]: readonly [user: number, image: number],
    added: readonly { stack: StepRow["stack"]; step: Step }[],
    removed: readonly number[],
  ): Promise<void> {
    const change = this.#db.transaction("steps", "readwrite");
    await Promise.all([
      ...removed.map((id) => change.store.delete([user, image, id])),
      ...added.map(({ stack, step }) =>
        change.store.put({ ...step, user, image, stack, at: Date.now() }),
      ),
      change.done,
    ]);
  }

  /** Forget the histories of all images but those that were changed last. */
  async dropOldHistories(kept = HISTORIES_KEPT): Promise<void> {
    const change = this.#db.transaction("steps", "readwrite");
    const histories: { user: number; image: number; at: number }[] = [];
    // From the end, one step of each image: the newest of those that can be undone or redone.
    let cursor = await change.store.openCursor(null, "prev");
    while (cursor !== null) {
      const { user, image, at = 0 } = cursor.value;
      histories.push({ user, image, at });
      cursor = await cursor.continue([user, image, Number.NEGATIVE_INFINITY]);
    }
    const old = histories.sort((a, b) => b.at - a.at).slice(kept);
    await Promise.all([
      ...old.map(({ user, image }) => change.store.delete(stepsOf(user, image))),
      change.done,
    ]);
  }

  async forgetHistory(user: number, image: number): Promise<void> {
    await this.#db.delete("steps", stepsOf(user, image));
  }

  /** What a person has begun on an image and not ended; null where there is nothing. */
  async unfinished(user: number, image: number): Promise<Unfinished | null> {
    return (await this.#db.get("unfinished", [user, image]))?.unfinished ?? null;
  }

  /** Null forgets it. A full disk stops nothing: the open page still has it. */
  async rememberUnfinished(
    [user, image]: readonly [user: number, image: number],
    unfinished: Unfinished | null,
  ): Promise<void> {
    try {
      if (unfinished === null) await this.#db.delete("unfinished", [user, image]);
      else await this.#db.put("unfinished", { user, image, unfinished });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /**
   * Active seconds of a stint, so that a reload does not forget them. Those of an earlier one are
   * the server's already, or nobody's, even if the reply to that was lost.
   */
  async activeSeconds({ id, stint }: Place): Promise<number> {
    const kept = await this.#db.get("active", String(id));
    return kept !== undefined && (kept.stint ?? 0) === stint ? kept.active_s : 0;
  }

  /** Forgetting them loses no work, so a full disk stops nothing. */
  async rememberActiveSeconds({ id, stint }: Place, active_s: number): Promise<void> {
    try {
      await this.#db.put("active", { key: String(id), stint, active_s });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }

  /** Forget the seconds of a stint; those of a later one stay. */
  async forgetActiveSeconds({ id, stint }: Place): Promise<void> {
    const change = this.#db.transaction("active", "readwrite");
    const kept = await change.store.get(String(id));
    if (kept !== undefined && (kept.stint ?? 0) <= stint) await change.store.delete(String(id));
    await change.done;
  }

  /** Resolves once it is on the disk. */
  async addEnding(ending: Ending): Promise<void> {
    const change = this.#db.transaction("endings", "readwrite", { durability: "strict" });
    await Promise.all([change.store.put(ending), change.done]);
  }

  /** Write what is known of an ending by now; false where somebody has taken it meanwhile. */
  async keepEnding(ending: Ending): Promise<boolean> {
    const change = this.#db.transaction("endings", "readwrite", { durability: "strict" });
    const isThere = (await change.store.get([ending.user, ending.image])) !== undefined;
    await Promise.all([isThere ? change.store.put(ending) : null, change.done]);
    return isThere;
  }

  async endings(user: number): Promise<Ending[]> {
    return this.#db.getAll("endings", imagesOf(user));
  }

  /** The image is worked on again, or the server knows. */
  async takeEnding(user: number, image: number): Promise<Ending | undefined> {
    const change = this.#db.transaction("endings", "readwrite");
    const ending = await change.store.get([user, image]);
    await Promise.all([change.store.delete([user, image]), change.done]);
    return ending;
  }

  close(): void {
    this.#db.close();
  }
}

/** A change as this release has it: masks of an older one have no attributes, or no caption. */
function whole(change: Change): Change {
  if (change.kind === "proposal") return change;
  const { before, after } = change;
  return { ...change, before: before && wholeRow(before), after: wholeRow(after) };
}

function wholeRow(row: MaskRow): MaskRow {
  return { ...row, attributes: row.attributes ?? {}, caption: row.caption ?? "" };
}

function imagesOf(user: number): IDBKeyRange {
  return IDBKeyRange.bound([user, 0], [user, Number.MAX_SAFE_INTEGER]);
}

function stepsOf(user: number, image: number): IDBKeyRange {
  return IDBKeyRange.bound([user, image, 0], [user, image, Number.MAX_SAFE_INTEGER]);
}
