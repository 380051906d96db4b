/** Mouse, pen, touch and wheel on the picture: pointing at it, or moving the view of it. */

import type { ImagePoint, ScreenPoint } from "@/editor/geometry";
import type { PictureView } from "./picture-view";

const WHEEL_STEP = 0.0016; // per pixel of wheel, as in the editor
const LINE_PX = 33; // a wheel that counts in lines

export interface Pointing {
  /** Null: beside the image. */
  onMove(at: ImagePoint | null): void;
  onPress(at: ImagePoint): void;
}

/** Listen on the picture's element. Returns the call that stops it. */
export function listenToPicture(
  host: HTMLElement,
  view: PictureView,
  { onMove, onPress }: Pointing,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  const touches = new Map<number, ScreenPoint>();
  let isOver = false;
  let hasSpace = false;
  let grip: ScreenPoint | null = null; // where a hand holds the picture

  const placeOf = (event: MouseEvent): ScreenPoint => {
    const { left, top } = host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  function onDown(event: PointerEvent): void {
    const at = placeOf(event);
    if (event.pointerType === "touch") touches.set(event.pointerId, at);
    if (touches.size > 1) return;
    if (event.button === 1 || (event.button === 0 && hasSpace)) {
      event.preventDefault();
      host.setPointerCapture(event.pointerId);
      host.dataset.panning = "";
      grip = at;
      return;
    }
    const point = view.toImage(at);
    if (event.button === 0 && point !== null) onPress(point);
  }

  function onPointerMove(event: PointerEvent): void {
    const at = placeOf(event);
    const before = touches.get(event.pointerId);
    if (before !== undefined) {
      touches.set(event.pointerId, at);
      const other = [...touches].find(([id]) => id !== event.pointerId)?.[1];
      if (other !== undefined) {
        view.pinch([before, other], [at, other]);
        return;
      }
    }
    if (grip !== null) {
      view.panBy(at.x - grip.x, at.y - grip.y);
      grip = at;
    }
    onMove(view.toImage(at));
  }

  function letGo(event: PointerEvent): void {
    touches.delete(event.pointerId);
    grip = null;
    delete host.dataset.panning;
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    if (event.shiftKey) view.panBy(-(event.deltaX || event.deltaY) * unit, 0);
    else {
      const factor = Math.exp(-event.deltaY * unit * WHEEL_STEP * (event.ctrlKey ? 4 : 1));
      view.zoomAt(placeOf(event), factor);
    }
  }

  function setSpace(isDown: boolean): void {
    hasSpace = isDown;
    if (isDown) host.dataset.space = "";
    else delete host.dataset.space;
  }

  /** Over the picture Space holds it; elsewhere it is somebody else's key. */
  function onSpaceDown(event: KeyboardEvent): void {
    if (event.key !== " " || !isOver || isControl(event.target)) return;
    event.preventDefault();
    event.stopPropagation();
    setSpace(true);
  }

  host.addEventListener("pointerdown", onDown, { signal });
  host.addEventListener("pointermove", onPointerMove, { signal });
  host.addEventListener("pointerup", letGo, { signal });
  host.addEventListener("pointercancel", letGo, { signal });
  host.addEventListener("wheel", onWheel, { signal, passive: false });
  host.addEventListener("pointerenter", () => (isOver = true), { signal });
  host.addEventListener(
    "pointerleave",
    () => {
      isOver = false;
      onMove(null);
    },
    { signal },
  );
  addEventListener("keydown", onSpaceDown, { signal, capture: true });
  addEventListener("keyup", (event) => event.key === " " && setSpace(false), { signal });
  addEventListener("blur", () => setSpace(false), { signal });
  return () => controller.abort();
}

function isControl(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("input, textarea, select, button, a, [role=slider], [role=dialog]") !== null
  );
}
