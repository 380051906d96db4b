import { contains, type Mask } from "@/editor/mask";
import { isSameMask } from "@/editor/mask-sets";
import {
  type CornerRef,
  cornerAt,
  edgeAt,
  insertCorner,
  moveCorner,
  outlineOf,
  type Ring,
  removeCorner,
  reshapeByOutline,
} from "@/editor/outline";
import type { Desk, Tool, ToolPointer } from "@/editor/tools/tool";

const REACH_PX = 8; // CSS pixels

/**
 * The mask in hand as a polygon: drag a corner, click an edge for a new one, Alt-click removes one.
 *
 * It is a polygon only as long as the tool is taken, and the mask changes only where a corner did:
 * each change is saved at once as the mask that it makes.
 */
export class OutlineTool implements Tool {
  readonly name = "outline";
  #desk: Desk;
  #mask: Mask | null = null;
  #rings: readonly Ring[] = [];
  #active: CornerRef | null = null;
  #drag: { ref: CornerRef; before: readonly Ring[] } | null = null;
  #isChanging = false;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get isBusy(): boolean {
    return this.#drag !== null;
  }

  onPointerDown({ at, altKey, isSecondary }: ToolPointer): void {
    this.onHandChange();
    const reach = REACH_PX * this.#desk.pixelsPerScreenPixel;
    const corner = cornerAt(this.#rings, at, reach);
    if (corner !== null && (altKey || isSecondary)) {
      this.#change(removeCorner(this.#rings, corner), null);
      return;
    }
    const edge = corner === null ? edgeAt(this.#rings, at, reach) : null;
    const ref = corner ?? edge;
    if (ref === null) {
      if (this.#mask === null || !contains(this.#mask, at)) this.#desk.selectAt(at);
      this.onHandChange();
      return;
    }
    this.#drag = { ref, before: this.#rings };
    if (edge !== null) this.#show(insertCorner(this.#rings, edge, at), edge);
    else this.#show(this.#rings, ref);
  }

  onPointerMove({ at }: ToolPointer): void {
    if (this.#drag !== null) this.#show(moveCorner(this.#rings, this.#drag.ref, at), this.#active);
  }

  onPointerUp(): void {
    const drag = this.#drag;
    if (drag === null) return;
    this.#drag = null;
    const after = this.#rings;
    this.#rings = drag.before;
    this.#change(after, drag.ref);
  }

  /** Backspace: remove the corner that was touched last. */
  removePart(): boolean {
    if (this.#active === null || this.#drag !== null) return false;
    this.#change(removeCorner(this.#rings, this.#active), null);
    return true;
  }

  onCancel(): void {
    if (this.#drag !== null) this.#rings = this.#drag.before;
    this.#drag = null;
    this.#active = null;
    this.#desk.showSketch(null);
    this.#mask = null;
  }

  /** Another mask is in hand, or this one has changed: by undo, by a command, by someone else. */
  onHandChange(): void {
    if (this.#drag !== null || this.#isChanging) return;
    const mask = this.#desk.inHand(null)?.mask ?? null;
    if (mask === this.#mask) return;
    this.#mask = mask;
    this.#show(mask === null ? [] : outlineOf(mask), null);
  }

  /** Save what the change makes of the mask; the corners stay as the person put them. */
  #change(after: readonly Ring[], active: CornerRef | null): void {
    const [hand, before] = [this.#desk.inHand(null), this.#rings];
    if (hand === null) return;
    const changed = reshapeByOutline(hand.mask, before, after);
    this.#isChanging = true;
    this.#desk.noteStroke();
    this.#desk.reshape(hand.target, () => changed);
    this.#isChanging = false;
    const now = this.#desk.inHand(null)?.mask ?? null;
    if (now !== null && isSameMask(now, changed)) {
      this.#mask = now;
      this.#show(after, active);
      return;
    }
    this.#mask = null; // it was refused, or nothing of the mask is left
    this.#show([], null);
    this.onHandChange();
  }

  #show(rings: readonly Ring[], active: CornerRef | null): void {
    this.#rings = rings;
    this.#active = active;
    const shape = { isClosed: true, hasCorners: true, value: 1 } as const;
    this.#desk.showSketch(rings.length === 0 ? null : { lines: rings, ...shape });
  }
}
