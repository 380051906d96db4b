/**
 * How images were looked at, for the next time that they are opened in this tab: the place, and what
 * was hidden, alone, locked or folded. Nothing here is ever saved with the masks.
 */

import type { Editor } from "@/editor/editor";
import { type Area, afterResize, panBy, type View, zoomAt } from "@/editor/geometry";
import { fieldsOf, readKept } from "@/editor/kept";
import type { ObjectView } from "@/editor/object-view";
import { rowOf } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";

export interface KeptView {
  readonly image: number;
  /** Null for the whole image. */
  readonly place: { readonly view: View; readonly size: Area } | null;
  readonly hidden: readonly string[];
  readonly solo: readonly string[];
  readonly locked: readonly string[];
  readonly folded: readonly string[];
}

type Store = Pick<Storage, "getItem" | "setItem">;
type Placed = Pick<Stage, "view" | "size" | "area" | "isFitted" | "fitted" | "setView">;

const KEPT_AS = "anneal-views";
const MOST = 20; // images; of each, an id is kept for each mask that is hidden

/** Keep how an image is looked at now. */
export function keepView(image: number, { view }: Editor, stage: Placed, storage: Store): void {
  const place = stage.isFitted ? null : { view: stage.view.get(), size: stage.size.get() };
  const now: KeptView = {
    ...{ image, place, hidden: [...view.hidden.get()], solo: [...view.solo.get()] },
    ...{ locked: [...view.locked.get()], folded: [...view.list.get().folded] },
  };
  const others = parseViews(storage.getItem(KEPT_AS)).filter((kept) => kept.image !== image);
  storage.setItem(KEPT_AS, JSON.stringify([...others, now].slice(-MOST)));
}

/** Look at an image as it was kept; false where it was not. */
export function restoreView(image: number, editor: Editor, stage: Placed, storage: Store): boolean {
  const kept = parseViews(storage.getItem(KEPT_AS)).find((each) => each.image === image);
  if (kept === undefined) return false;
  restoreObjects(editor.view, kept, (id) => isThere(editor, id));
  if (kept.place !== null) {
    const { size, area } = stage;
    const view = afterResize(kept.place.view, kept.place.size, size.get());
    const zoomed = zoomAt(view, { x: 0, y: 0 }, 1, stage.fitted());
    stage.setView(panBy(zoomed, 0, 0, size.get(), area));
  }
  return true;
}

/** What is gone is left out: alone, it would hide all others. */
function restoreObjects(view: ObjectView, kept: KeptView, isThere: (id: string) => boolean): void {
  const ids = (some: readonly string[]): ReadonlySet<string> => new Set(some.filter(isThere));
  view.hidden.set(ids(kept.hidden));
  view.solo.set(ids(kept.solo));
  view.locked.set(ids(kept.locked));
  view.list.set({ ...view.list.get(), folded: ids(kept.folded) });
}

function isThere({ annotations }: Editor, id: string): boolean {
  const now = annotations.get();
  return (["mask", "proposal"] as const).some((kind) => rowOf(now, { kind, id }) !== null);
}

/** Read what an earlier page wrote, the newest last; whatever makes no sense is left out. */
export function parseViews(text: string | null): readonly KeptView[] {
  const read = readKept(text);
  const entries: unknown[] = Array.isArray(read) ? read : [];
  return entries.flatMap((entry) => {
    const { image, place, hidden, solo, locked, folded } = fieldsOf(entry);
    if (!isNumber(image)) return [];
    return {
      ...{ image, place: placeOf(place), hidden: idsOf(hidden), solo: idsOf(solo) },
      ...{ locked: idsOf(locked), folded: idsOf(folded) },
    };
  });
}

function placeOf(value: unknown): KeptView["place"] {
  const { view, size } = fieldsOf(value);
  const { scale, x, y } = fieldsOf(view);
  const { width, height } = fieldsOf(size);
  if (!isNumber(scale) || !isNumber(x) || !isNumber(y) || scale <= 0) return null;
  if (!isNumber(width) || !isNumber(height)) return null;
  return { view: { scale, x, y }, size: { width, height } };
}

const idsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
const isNumber = (value: unknown): value is number =>
  typeof value === "number" && Number.isFinite(value);
