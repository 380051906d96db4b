/** Dragging masks in their list: on a row they become its parts, beside the rows parts of nothing. */

import type { DragEvent } from "react";
import type { Editor } from "@/editor/editor";
import { Signal } from "@/editor/signal";
import { mayBePartOf, movedUnder, placeUnder } from "@/editor/tree";

const TYPE = "application/x-anneal-masks"; // no text: fields would take it in

/** Where something would land: under a mask, under none (null), or nowhere (undefined). */
export type Landing = string | null | undefined;

export class TreeDrag {
  readonly landing = new Signal<Landing>(undefined);
  /** Whether something is dragged that can be taken out of its whole. */
  readonly hasPart = new Signal(false);
  #editor: Editor;
  #ids: readonly string[] = [];

  constructor(editor: Editor) {
    this.#editor = editor;
  }

  /** Take up a mask; one of the selected ones brings the others along. */
  begin(id: string): void {
    const { selection, alsoSelected } = this.#editor;
    const selected = [selection.get()?.id, ...alsoSelected.get()];
    this.#ids = selected.includes(id) ? selected.filter((each) => each !== undefined) : [id];
  }

  /** Whether what is dragged would land there. */
  aim(at: Landing): boolean {
    const isLanding = at !== undefined && this.#mayLand(at);
    this.landing.set(isLanding ? at : undefined);
    this.hasPart.set(this.#mayLand(null)); // not before: what a list shows then would end the drag
    return isLanding;
  }

  drop(): void {
    const at = this.landing.get();
    if (at !== undefined) placeUnder(this.#editor, this.#ids, at);
    this.end();
  }

  end(): void {
    this.#ids = [];
    this.landing.set(undefined);
    this.hasPart.set(false);
  }

  #mayLand(at: string | null): boolean {
    const { masks } = this.#editor.annotations.get();
    const moved = movedUnder(masks, this.#ids, at);
    return moved.length > 0 && this.#ids.every((id) => mayBePartOf(masks, id, at));
  }
}

/** What makes an element a place to land. */
export function landingHandlers(drag: TreeDrag, at: string | null) {
  return {
    onDragOver: (event: DragEvent): void => {
      event.stopPropagation(); // a row lies in the list, which is another place
      if (drag.aim(at)) event.preventDefault();
    },
    onDrop: (event: DragEvent): void => {
      event.stopPropagation();
      if (drag.landing.get() === undefined) return; // text for a field
      event.preventDefault();
      drag.drop();
    },
  };
}

/** What makes a row one that can be dragged, and a place to land. */
export function rowHandlers(drag: TreeDrag, id: string) {
  return {
    draggable: true,
    onDragStart: (event: DragEvent): void => {
      event.dataTransfer.setData(TYPE, id);
      event.dataTransfer.effectAllowed = "move";
      drag.begin(id);
    },
    onDragEnd: (): void => drag.end(),
    ...landingHandlers(drag, id),
  };
}

/** What makes the list a place to land beside its rows. */
export function listHandlers(drag: TreeDrag) {
  return {
    ...landingHandlers(drag, null),
    onDragLeave: ({ currentTarget, relatedTarget }: DragEvent): void => {
      if (!(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))) {
        drag.aim(undefined);
      }
    },
    // The end of a drag is not told if its row was scrolled away; the next press comes after it.
    onPointerDown: (): void => drag.end(),
  };
}
