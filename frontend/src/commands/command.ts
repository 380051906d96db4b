/** What a command is: one row for the listener, the list of keys and the palette. */

import type { Chord } from "./chord";

export interface Command {
  /** Stays the same from release to release: a changed key is kept under it. */
  readonly id: string;
  readonly title: string;
  readonly group: string;
  /** More of what it does, for the list of keys. */
  readonly what?: string;
  /** Other words that somebody may look for. */
  readonly words?: string;
  readonly key?: Chord; // by default
  /** Further keys, which stay where they are. */
  readonly also?: readonly Chord[];
  readonly shown?: readonly string[]; // keys as the list of keys writes them, if not as they are
  readonly isFixed?: boolean; // its key cannot be changed
  readonly isKeyOnly?: boolean; // makes no sense in the palette
  readonly isUnlisted?: boolean; // not among the keys: the person's role has no use for it
  readonly isOnce?: boolean; // a key held down runs it one time
  readonly isEverywhere?: boolean; // its key works in text fields too
  /** Why it can do nothing now; null when it can. */
  why?(): string | null;
  /** What it would do now, or how things stand. */
  fact?(): string | null;
  run(chord?: Chord): void;
}

/** Changed keys by the id of their command. */
export type ChangedKeys = ReadonlyMap<string, Chord>;

export interface KeysOfCommand {
  readonly own: Chord | null;
  readonly also: readonly Chord[];
}

/** The key that a command has now, its own before its further ones. */
export function keyOf({ id, key, isFixed }: Keyed, changed: ChangedKeys): Chord | null {
  return (isFixed ? undefined : changed.get(id)) ?? key ?? null;
}

export type Keyed = Pick<Command, "id" | "key" | "isFixed">;

/** The keys of commands that are there together: a changed key takes precedence over a default. */
export function assignKeys(
  commands: readonly Command[],
  changed: ChangedKeys,
): ReadonlyMap<string, KeysOfCommand> {
  const isChanged = ({ id, isFixed }: Command): boolean => !isFixed && changed.has(id);
  const taken = new Set(commands.filter(isChanged).map(({ id }) => changed.get(id)));
  const isFree = (chord: Chord): boolean => !taken.has(chord);
  return new Map(
    commands.map((command) => {
      const own = keyOf(command, changed);
      const keepsIt = own !== null && (isChanged(command) || isFree(own));
      const also = (command.also ?? []).filter((chord) => chord !== own && isFree(chord));
      return [command.id, { own: keepsIt ? own : null, also }];
    }),
  );
}

/** What a chord means: the first command with it that can do something, or else the first. */
export function commandFor(
  commands: readonly Command[],
  changed: ChangedKeys,
  chord: Chord,
): Command | null {
  const keys = assignKeys(commands, changed);
  const meant = commands.filter(({ id }) => {
    const { own, also } = keys.get(id) as KeysOfCommand;
    return own === chord || also.includes(chord);
  });
  return meant.find((command) => whyNot(command) === null) ?? meant[0] ?? null;
}

export function whyNot(command: Command): string | null {
  return command.why?.() ?? null;
}

/** Things by the group of their command, in the order of the groups' first ones. */
export function byGroup<T>(things: readonly T[], groupOf: (thing: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const thing of things) {
    const group = groupOf(thing);
    groups.set(group, [...(groups.get(group) ?? []), thing]);
  }
  return [...groups];
}
