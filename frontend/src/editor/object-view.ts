/**
 * How the objects are looked at: hidden, alone, locked, listed. Nothing here is ever saved with the
 * masks: a save holds what gestures did, whatever is in view.
 */

import { type Look, PLAIN_LOOK } from "@/editor/look";
import { type ListView, PLAIN_LIST } from "@/editor/object-list";
import type { ObjectRef } from "@/editor/picking";
import { Signal } from "@/editor/signal";

type Ids = ReadonlySet<string>;

export class ObjectView {
  readonly hidden = new Signal<Ids>(new Set());
  /** While some are here, only they are shown. */
  readonly solo = new Signal<Ids>(new Set());
  /** Gestures on the image pass through them, and nothing changes them. */
  readonly locked = new Signal<Ids>(new Set());
  /** The mask whose history is open. */
  readonly historyOf = new Signal<string | null>(null);
  readonly showsProposals = new Signal(true);
  /** Whether the list tells of the proposals only how many there are. */
  readonly foldsProposals = new Signal(false);
  /** Whether the sets of two people are shown one above the other, each in a colour of its own. */
  readonly comparesSets = new Signal(false);
  readonly list = new Signal<ListView>(PLAIN_LIST);
  readonly look = new Signal<Look>(PLAIN_LOOK);

  readonly isShown = ({ kind, id }: ObjectRef): boolean => {
    if (kind === "proposal" && !this.showsProposals.get()) return false;
    const solo = this.solo.get();
    return solo.size > 0 ? solo.has(id) : !this.hidden.get().has(id);
  };

  readonly isWithinReach = (ref: ObjectRef): boolean =>
    this.isShown(ref) && !this.locked.get().has(ref.id);

  setHidden(ids: Iterable<string>, isHidden: boolean): void {
    this.hidden.set(changed(this.hidden.get(), ids, isHidden));
  }

  /** Show one object or not, in the way that things are shown now: among all, or alone. */
  show(id: string, isShown: boolean): void {
    const solo = this.solo.get();
    if (isShown || solo.size === 0) this.setHidden([id], !isShown);
    if (solo.size > 0) this.solo.set(changed(solo, [id], isShown));
  }

  setLocked(ids: Iterable<string>, isLocked: boolean): void {
    this.locked.set(changed(this.locked.get(), ids, isLocked));
  }

  /** Show these alone; when they are alone already, show everything again. */
  toggleSolo(ids: readonly string[]): void {
    const solo = this.solo.get();
    const isSame = solo.size === ids.length && ids.every((id) => solo.has(id));
    this.solo.set(new Set(isSame ? [] : ids));
  }

  setFolded(id: string, isFolded: boolean): void {
    const list = this.list.get();
    this.list.set({ ...list, folded: changed(list.folded, [id], isFolded) });
  }

  showAll(): void {
    this.hidden.set(new Set());
    this.solo.set(new Set());
  }
}

function changed(before: Ids, ids: Iterable<string>, isIn: boolean): Ids {
  const after = new Set(before);
  for (const id of ids) {
    if (isIn) after.add(id);
    else after.delete(id);
  }
  return after;
}
