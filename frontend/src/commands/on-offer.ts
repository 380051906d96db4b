/** The commands that there are at the moment: the page's own, and those of every page. */

import { Signal } from "@/editor/signal";
import { type Command, whyNot } from "./command";

export interface Offer {
  readonly commands: readonly Command[];
  readonly isEverywhere?: boolean; // not one page's
  readonly comesFirst?: boolean; // what its keys mean they mean before all others, whoever comes later
  /** Hears of each use, whether by key or from the palette. */
  onUse?(): void;
  /** Is told why a key came to nothing. */
  onRefusal?(why: string): void;
}

export const offers = new Signal<readonly Offer[]>([]);

/** Put commands on offer, before those that were there. Returns the call that takes them back. */
export function offer(made: Offer): () => void {
  offers.set([made, ...offers.get()].sort((a, b) => rank(a) - rank(b)));
  return () => offers.set(offers.get().filter((other) => other !== made));
}

const late = new Set<() => void>();

/** What a page is about to put on offer, at once: a key that comes before means it already. */
export function offerLate(catchUp: () => void): () => void {
  late.add(catchUp);
  return () => late.delete(catchUp);
}

/** Have on offer what was to come. */
export function catchUp(): void {
  for (const each of [...late]) each();
}

const rank = ({ isEverywhere, comesFirst }: Offer): number =>
  isEverywhere ? 1 : comesFirst ? -1 : 0;

/** Every command once: a page's own comes before one of every page with the same id. */
export function commandsOf(made: readonly Offer[]): Command[] {
  const byId = new Map<string, Command>();
  for (const { commands } of made) {
    for (const command of commands) if (!byId.has(command.id)) byId.set(command.id, command);
  }
  return [...byId.values()];
}

/** Run a command, or tell why it can do nothing. */
export function use(command: Command, chord?: string): void {
  const of = offers.get().find(({ commands }) => commands.includes(command));
  const why = whyNot(command);
  of?.onUse?.();
  if (why === null) command.run(chord);
  else of?.onRefusal?.(why);
}
