/** Keys that this person changed. */

import { fieldsOf, readKept } from "@/editor/kept";
import { Signal } from "@/editor/signal";
import { type Chord, isChord, refusalOf } from "./chord";
import { assignKeys, type ChangedKeys, type Command } from "./command";

const KEPT_AS = "anneal-keys";
const VERSION = 1;

export const changedKeys = new Signal<ChangedKeys>(new Map());

/** Why a command cannot simply have a chord. */
export type Conflict =
  | { kind: "refused"; reason: string }
  | { kind: "taken"; by: Command } // the two may swap
  | { kind: "fixed"; by: Command };

export function conflictOf(
  commands: readonly Command[],
  changed: ChangedKeys,
  id: string,
  chord: Chord,
): Conflict | null {
  const reason = refusalOf(chord);
  if (reason !== null) return { kind: "refused", reason };
  const keys = assignKeys(commands, changed);
  for (const by of commands) {
    const has = keys.get(by.id);
    if (by.id === id) continue;
    if (has?.also.includes(chord)) return { kind: "fixed", by };
    if (has?.own === chord) return { kind: by.isFixed ? "fixed" : "taken", by };
  }
  return null;
}

/** Give a command a key; whichever had it gets the command's own in return. */
export function changeKey(
  commands: readonly Command[],
  changed: ChangedKeys,
  id: string,
  chord: Chord,
): ChangedKeys {
  const keys = assignKeys(commands, changed);
  const before = keys.get(id)?.own ?? null;
  const next = new Map(changed);
  const set = (command: Command, key: Chord | null): void => {
    if (key === null || key === command.key) next.delete(command.id);
    else next.set(command.id, key);
  };
  for (const command of commands) {
    if (command.id === id) set(command, chord);
    else if (keys.get(command.id)?.own === chord) set(command, before);
  }
  return next;
}

/** Give a command its default key; whichever has that swaps. */
export function resetKey(
  commands: readonly Command[],
  changed: ChangedKeys,
  id: string,
): ChangedKeys {
  const key = commands.find((command) => command.id === id)?.key;
  return key === undefined ? changed : changeKey(commands, changed, id, key);
}

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseKeys(text: string | null): ChangedKeys {
  const { version, keys } = fieldsOf(readKept(text));
  if (version !== VERSION || typeof keys !== "object" || keys === null) return new Map();
  return new Map(
    Object.entries(keys).filter(([, chord]) => isChord(chord) && refusalOf(chord) === null),
  );
}

export function formatKeys(changed: ChangedKeys): string {
  return JSON.stringify({ version: VERSION, keys: Object.fromEntries(changed) });
}

/** Read the kept keys, and keep what is changed from now on. */
export function keepKeysIn(storage: Pick<Storage, "getItem" | "setItem">): () => void {
  changedKeys.set(parseKeys(storage.getItem(KEPT_AS)));
  return changedKeys.subscribe(() => {
    const text = formatKeys(changedKeys.get());
    if (text !== storage.getItem(KEPT_AS)) storage.setItem(KEPT_AS, text);
  });
}

/** Take over what was changed in another tab, or in another browser of the person. */
export function followOtherTabs({ key, newValue }: Pick<StorageEvent, "key" | "newValue">): void {
  if (key === KEPT_AS) changedKeys.set(parseKeys(newValue));
}
