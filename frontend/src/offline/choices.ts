/**
 * What a person has chosen, on this device and with their account: tool, look, keys, display.
 *
 * The device comes first: it is there at once, and without a network. What the account has is taken
 * over when the session is read, but for what was chosen here since; that is sent in passing.
 */

import { fieldsOf, readKept } from "@/editor/kept";
import type { Schedule } from "@/editor/schedule";

/** Each is an object of the page's own. The device keeps it as `anneal-` and the name. */
const NAMES = ["habits", "look", "keys", "display"] as const;

type Name = (typeof NAMES)[number];
export type Chosen = Partial<Record<Name, Readonly<Record<string, unknown>>>>;

/** What the account has, and since when; null while nothing was ever chosen. */
export interface Preferences {
  readonly values: Chosen;
  readonly updated_at: string | null;
}

export interface Around {
  storage(): Pick<Storage, "getItem" | "setItem" | "removeItem">;
  save(chosen: Chosen): Promise<Preferences>;
  /** The page hears of what was not chosen on it; null is the default again. */
  tell(key: string, text: string | null): void;
  readonly schedule: Schedule;
}

/** Whose choices the device has. */
interface Whose {
  readonly user: number | null;
  readonly known_at: string | null; // up to when those of the account are known here
  readonly unsent: readonly Name[];
}

const WHOSE = "anneal-choices";
const SEND_AFTER_MS = 15_000; // one stroke of a slider is many choices

export class Choices {
  #around: Around;
  #user: number | null = null; // who is logged in on this page
  #isTaking = false;
  #callOff: (() => void) | null = null;
  #sending: Promise<void> = Promise.resolve();

  constructor(around: Around) {
    this.#around = around;
  }

  getItem(key: string): string | null {
    return this.#around.storage().getItem(key);
  }

  removeItem(key: string): void {
    this.#around.storage().removeItem(key);
  }

  /** Keep a choice on the device; the account gets it later. */
  setItem(key: string, text: string): void {
    const whose = this.#whose();
    // Somebody else has logged in in another tab: what is chosen on this one is not theirs.
    if (whose.user !== null && this.#user !== null && whose.user !== this.#user) return;
    if (saySame(text, this.getItem(key))) return;
    this.#around.storage().setItem(key, text);
    const name = NAMES.find((each) => keyOf(each) === key);
    if (name === undefined || this.#isTaking) return;
    this.#note({ ...whose, unsent: [...new Set([...whose.unsent, name])] });
    if (this.#user !== null) this.#sendLater();
  }

  /** Take over what the account of who is logged in has; of somebody else's choices none stays. */
  take(user: number | null, { values, updated_at }: Preferences): void {
    this.#user = user;
    if (user === null) return;
    const whose = this.#whose();
    const isAnothers = whose.user !== null && whose.user !== user;
    const known_at = isAnothers ? null : whose.known_at;
    const isNews = !isBefore(updated_at, known_at);
    const unsent = isAnothers ? [] : [...whose.unsent, ...this.#unclaimed(whose, values)];
    this.#note({ user, known_at: isNews ? updated_at : known_at, unsent });
    for (const name of NAMES) {
      const value = isNews ? values[name] : undefined;
      if (unsent.includes(name)) continue;
      if (value !== undefined) this.#put(name, JSON.stringify(value));
      else if (isAnothers) this.#put(name, null);
    }
    if (unsent.length > 0) this.#sendLater();
  }

  /** Send what waits. What fails waits for the next choice or session, without a word. */
  send(): Promise<void> {
    this.#callOff?.();
    this.#callOff = null;
    // One after another: the older of two could else arrive last, and stay.
    this.#sending = this.#sending.then(() => this.#sendNow()).catch(() => undefined);
    return this.#sending;
  }

  async #sendNow(): Promise<void> {
    const { user, unsent } = this.#whose();
    if (user === null || user !== this.#user || unsent.length === 0) return;
    const sent = new Map(unsent.map((name) => [name, this.getItem(keyOf(name))]));
    const chosen: Chosen = Object.fromEntries(
      [...sent].map(([name, text]) => [name, fieldsOf(readKept(text))]),
    );
    const answer = await this.#around.save(chosen);
    const whose = this.#whose();
    if (whose.user !== user || user !== this.#user) return;
    const isWaiting = (name: Name): boolean => sent.get(name) !== this.getItem(keyOf(name));
    this.#note({ ...whose, unsent: whose.unsent.filter(isWaiting) });
    this.take(user, answer);
  }

  #sendLater(): void {
    this.#callOff ??= this.#around.schedule(() => void this.send(), SEND_AFTER_MS);
  }

  /** What was chosen before anybody was known here, and the account has not: the first one's. */
  #unclaimed({ user, unsent }: Whose, values: Chosen): Name[] {
    if (user !== null) return [];
    const isNew = (name: Name): boolean => values[name] === undefined && !unsent.includes(name);
    return NAMES.filter((name) => isNew(name) && this.getItem(keyOf(name)) !== null);
  }

  #put(name: Name, text: string | null): void {
    const key = keyOf(name);
    if (saySame(text, this.getItem(key))) return;
    if (text === null) this.removeItem(key);
    else this.#around.storage().setItem(key, text);
    this.#isTaking = true;
    try {
      this.#around.tell(key, text);
    } finally {
      this.#isTaking = false;
    }
  }

  #whose(): Whose {
    const { user, known_at, unsent } = fieldsOf(readKept(this.getItem(WHOSE)));
    return {
      user: typeof user === "number" ? user : null,
      known_at: typeof known_at === "string" ? known_at : null,
      unsent: NAMES.filter((name) => Array.isArray(unsent) && unsent.includes(name)),
    };
  }

  #note(whose: Whose): void {
    this.#around.storage().setItem(WHOSE, JSON.stringify(whose));
  }
}

const keyOf = (name: Name): string => `anneal-${name}`;

/** Whether an answer is older than what is known: a copy of it, or one that was overtaken. */
function isBefore(answered_at: string | null, known_at: string | null): boolean {
  if (known_at === null) return false;
  return answered_at === null || Date.parse(answered_at) < Date.parse(known_at);
}

/** Whether two texts say the same: the account has an object's fields in an order of its own. */
function saySame(one: string | null, other: string | null): boolean {
  if (one === null || other === null) return one === other;
  return one === other || inOrder(one) === inOrder(other);
}

function inOrder(text: string): string {
  return JSON.stringify(readKept(text), (_key, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort())
      : value,
  );
}
