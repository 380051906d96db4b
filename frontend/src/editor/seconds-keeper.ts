/** The active seconds of a stint, kept on this device for a page that goes on with it. */

import type { OutboxDatabase, Place } from "@/editor/outbox-db";

export class SecondsKeeper {
  #db: OutboxDatabase;
  #place: Place;
  #kept_s: number;
  #isOver = false;

  /** `kept_s` is what the device has. */
  constructor(db: OutboxDatabase, place: Place, kept_s: number) {
    this.#db = db;
    this.#place = place;
    this.#kept_s = kept_s;
  }

  /** Cheap to ask often: only what has changed is written. */
  keep(active_s: number): void {
    if (this.#isOver || active_s === this.#kept_s) return;
    this.#kept_s = active_s;
    void this.#db.rememberActiveSeconds(this.#place, active_s);
  }

  /** The stint has ended, and the server has its seconds. */
  async forget(): Promise<void> {
    this.#isOver = true;
    await this.#db.forgetActiveSeconds(this.#place);
  }
}
