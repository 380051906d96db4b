/**
 * The address names what is seen, for a reload and for a colleague: the image that is open and the
 * mask that is selected. A link may name a box to look at, which is forgotten once it was. The router
 * is not told: it would render its pages anew, and open the image that is open. An entry is replaced,
 * so that Back leads to where one came from, however many images were done in between.
 */

import type { Editor } from "@/editor/editor";
import type { Box } from "@/editor/geometry";
import { rowOf } from "@/editor/picking";
import { schedule } from "@/editor/schedule";

const REST_MS = 300; // browsers refuse hundreds of changes in a row

/** An address of the editor with another image, null for none; its mask stays with its image. */
export function withImage(href: string, image: number | null): string {
  const url = new URL(href);
  if (!isEditor(url) || url.searchParams.get("image") === (image?.toString() ?? null)) return href;
  url.searchParams.delete("mask");
  url.searchParams.delete("box");
  if (image === null) url.searchParams.delete("image");
  else url.searchParams.set("image", String(image));
  return url.href;
}

/** An address of that image with another mask, null for none; any other address as it is. */
export function withMask(href: string, image: number, mask: string | null): string {
  const url = new URL(href);
  if (!isEditor(url) || url.searchParams.get("image") !== String(image)) return href;
  if (mask === null) url.searchParams.delete("mask");
  else url.searchParams.set("mask", mask);
  return url.href;
}

export function nameImage(image: number | null): void {
  replace(withImage(location.href, image));
}

/** The mask of the image that is open, for the address to be opened with. */
export function namedMask(): string | null {
  return new URL(location.href).searchParams.get("mask");
}

/** A box in image pixels as an address holds it: "x0 y0 x1 y1". */
export function formatBox({ x0, y0, x1, y1 }: Box): string {
  return [x0, y0, x1, y1].join(" ");
}

/** The box that an address asks to be looked at; null for none, or for what is none. */
export function boxIn(href: string): Box | null {
  const sides = new URL(href).searchParams.get("box")?.split(" ").map(Number) ?? [];
  const [x0, y0, x1, y1] = sides as [number, number, number, number];
  return sides.length === 4 && x0 < x1 && y0 < y1 ? { x0, y0, x1, y1 } : null;
}

/** The box that is to be looked at, once: from then on people look where they like. */
export function takeBox(): Box | null {
  const box = boxIn(location.href);
  const url = new URL(location.href);
  url.searchParams.delete("box");
  if (isEditor(url) && box !== null) replace(url.href);
  return box;
}

/** Name the mask that is selected alone, from now on, as soon as the selection rests. */
export function nameSelection(image: number, editor: Editor): () => void {
  let callOff: () => void = () => undefined;
  const later = (): void => {
    callOff();
    callOff = schedule(() => {
      replace(withMask(location.href, image, selectedAlone(editor)));
    }, REST_MS);
  };
  later();
  const stops = [editor.selection.subscribe(later), editor.alsoSelected.subscribe(later)];
  return () => {
    callOff();
    for (const stop of stops) stop();
  };
}

/** The one mask that is selected; null where there are several, or none. */
export function selectedAlone({ annotations, selection, alsoSelected }: Editor): string | null {
  const selected = selection.get();
  const isAlone = selected?.kind === "mask" && alsoSelected.get().size === 0;
  return isAlone && rowOf(annotations.get(), selected) !== null ? selected.id : null;
}

/** The page may be about to be left: then the address is that of the next one already. */
const isEditor = ({ pathname }: URL): boolean => pathname.endsWith("/annotate");

function replace(href: string): void {
  if (href === location.href) return;
  // The router puts its own method in place of the browser's, and would hear of it.
  History.prototype.replaceState.call(history, history.state, "", href);
}
