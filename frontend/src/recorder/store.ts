/** The browser's durable copy of recordings that the server does not have whole yet (DESIGN P2). */

import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { Mime } from "@/api/types";
import type { Cut } from "./cuts";
import type { TracePoint } from "./trace";

export interface StoredRecording {
  id: string;
  /** Who speaks; the store notes it. Older versions did not: somebody must say that it is theirs. */
  user?: number | undefined;
  image: number;
  /** The one of its masks that the take is about; not there or null: the image. */
  mask?: string | null | undefined;
  mime: Mime;
  startedAt: number;
  /** What came after the points that its chunks hold; older versions kept all of it here. */
  trace: readonly TracePoint[];
  /** Which point of the take the first of these is; not there in what older versions left. */
  traceFrom?: number | undefined;
  /** What the speaker took back; not there in what older versions left. */
  cuts?: readonly Cut[] | undefined;
  /** The speaker began anew: it goes to the trash once the server has it whole. */
  isRemoved?: boolean | undefined;
  /** Set when the person stopped; without it the take goes on, or the page died. */
  end: { chunks: number; durationS: number } | null;
}

/** Points of a take in their order, `from` the first of them. */
export interface TracePiece {
  from: number;
  points: readonly TracePoint[];
}

export interface StoredChunk {
  recording: string;
  number: number;
  bytes: ArrayBuffer;
  sha256: string;
  /** When it was cut, on the recording's clock. */
  endS: number;
  /** What was pointed at since the chunk before: to write all of it anew would take ever longer. */
  trace?: TracePiece | undefined;
  isSent: 0 | 1;
}

interface Schema extends DBSchema {
  recordings: { key: string; value: StoredRecording };
  chunks: { key: [string, number]; value: StoredChunk };
}

/** What others left on the device stays there for them: nobody else sees or sends it. */
export class RecordingStore {
  readonly #person: () => number | null;
  readonly #db: Promise<IDBPDatabase<Schema>>;

  constructor(person: () => number | null, name = "anneal.recordings") {
    this.#person = person;
    this.#db = openDB<Schema>(name, 1, {
      upgrade(db) {
        db.createObjectStore("recordings", { keyPath: "id" });
        db.createObjectStore("chunks", { keyPath: ["recording", "number"] });
      },
    });
  }

  async putRecording(recording: StoredRecording): Promise<void> {
    const user = recording.user ?? this.#person() ?? undefined;
    await this.#write("recordings", { ...recording, user });
  }

  async putChunk(chunk: StoredChunk): Promise<void> {
    await this.#write("chunks", chunk);
  }

  /** Those of the person, the oldest first. */
  async recordings(): Promise<StoredRecording[]> {
    const person = this.#person();
    return person === null ? [] : this.#recordingsOf(person);
  }

  /** Those that older versions left, which say nobody's name; whoever puts them has them. */
  async nameless(): Promise<StoredRecording[]> {
    return this.#recordingsOf(undefined);
  }

  async recording(id: string): Promise<StoredRecording | undefined> {
    return (await this.#db).get("recordings", id);
  }

  /** Chunks of a recording in order. */
  async chunks(recording: string): Promise<StoredChunk[]> {
    return (await this.#db).getAll("chunks", rangeOf(recording));
  }

  async chunk(recording: string, number: number): Promise<StoredChunk | undefined> {
    return (await this.#db).get("chunks", [recording, number]);
  }

  async countChunks(recording: string): Promise<number> {
    return (await this.#db).count("chunks", rangeOf(recording));
  }

  /** All of a recording's trace; its chunks are read one by one, as they may be many. */
  async trace({ id, trace, traceFrom }: StoredRecording): Promise<TracePoint[]> {
    const points: TracePoint[] = [];
    const transaction = (await this.#db).transaction("chunks");
    let cursor = await transaction.store.openCursor(rangeOf(id));
    while (cursor) {
      if (cursor.value.trace) put(points, cursor.value.trace);
      cursor = await cursor.continue();
    }
    put(points, { from: traceFrom ?? 0, points: trace });
    return points;
  }

  async markSent(chunk: StoredChunk): Promise<void> {
    await this.#write("chunks", { ...chunk, isSent: 1 });
  }

  /** Forgets a recording: the server has it whole, or the person threw it away. */
  async forget(recording: string): Promise<void> {
    const transaction = (await this.#db).transaction(["recordings", "chunks"], "readwrite");
    await transaction.objectStore("chunks").delete(rangeOf(recording));
    await transaction.objectStore("recordings").delete(recording);
    await transaction.done;
  }

  /** The oldest first. */
  async #recordingsOf(user: number | undefined): Promise<StoredRecording[]> {
    const all = await (await this.#db).getAll("recordings");
    return all.filter((each) => each.user === user).sort((a, b) => a.startedAt - b.startedAt);
  }

  /** Strict durability: the bytes are on the disk before anyone is told that they are kept. */
  async #write<Name extends "recordings" | "chunks">(
    name: Name,
    value: Schema[Name]["value"],
  ): Promise<void> {
    const db = await this.#db;
    const transaction = db.transaction(name, "readwrite", { durability: "strict" });
    await transaction.store.put(value);
    await transaction.done;
  }
}

/** Puts a piece in its place, unless later ones are there: the last point may have been replaced. */
function put(points: TracePoint[], piece: TracePiece): void {
  if (piece.from + piece.points.length < points.length) return;
  points.length = piece.from;
  for (const point of piece.points) points.push(point);
}

function rangeOf(recording: string): IDBKeyRange {
  return IDBKeyRange.bound([recording, 0], [recording, Number.MAX_SAFE_INTEGER]);
}
