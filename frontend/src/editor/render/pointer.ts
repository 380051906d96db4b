/** Mouse, pen, touch and wheel on the stage, turned into gestures of tools or moves of the view. */

import type { Editor } from "@/editor/editor";
import { panBy, type ScreenPoint, toImage, zoomAt } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import type { ToolPointer } from "@/editor/tools/tool";

const WHEEL_STEP = 0.0016; // per pixel of wheel: 100 px zoom by 17 %
const LINE_PX = 33; // a wheel that counts in lines
const PEN_ERASER = 5; // the button that a pen's other end is

type Gesture = { kind: "pan"; x: number; y: number } | { kind: "tool" } | null;

/** Listen on the stage's element; `isPanning` says whether the space bar is down. */
export function listenToPointer(
  host: HTMLElement,
  editor: Editor,
  stage: Stage,
  isPanning: () => boolean,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let gesture: Gesture = null;

  const screenOf = (event: MouseEvent): ScreenPoint => {
    const { left, top } = host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };
  const pointerOf = (event: PointerEvent): ToolPointer => ({
    at: toImage(stage.view.get(), screenOf(event)),
    altKey: event.altKey,
    shiftKey: event.shiftKey,
    isSecondary: event.button === 2 || event.button === PEN_ERASER,
    pressure: event.pointerType === "pen" ? event.pressure : 1,
    time_ms: event.timeStamp,
  });

  function onDown(event: PointerEvent): void {
    if (gesture !== null) return;
    host.dataset.pointed = ""; // a ring around the whole image is for keyboards
    host.focus({ preventScroll: true });
    host.setPointerCapture(event.pointerId);
    event.preventDefault();
    if (event.button === 1 || (event.button === 0 && isPanning())) {
      gesture = { kind: "pan", x: event.clientX, y: event.clientY };
      host.dataset.panning = "";
      return;
    }
    if (![0, 2, PEN_ERASER].includes(event.button)) return;
    gesture = { kind: "tool" };
    editor.notice.set(null);
    editor.meter.noteClick();
    editor.tool.get().onPointerDown(pointerOf(event));
  }

  function onMove(event: PointerEvent): void {
    editor.meter.noteActivity();
    if (gesture?.kind === "pan") {
      const [dx, dy] = [event.clientX - gesture.x, event.clientY - gesture.y];
      gesture = { kind: "pan", x: event.clientX, y: event.clientY };
      stage.setView(panBy(stage.view.get(), dx, dy, stage.size.get(), stage.area));
      return;
    }
    const tool = editor.tool.get();
    if (gesture?.kind === "tool") {
      const events = event.getCoalescedEvents?.() ?? [];
      for (const moved of events.length > 0 ? events : [event])
        tool.onPointerMove(pointerOf(moved));
    } else {
      const at = toImage(stage.view.get(), screenOf(event));
      editor.pointAt(at);
      tool.onHover?.(at);
    }
    stage.hasCross.set(false);
    stage.pointer.set(toImage(stage.view.get(), screenOf(event)));
  }

  function onUp(event: PointerEvent): void {
    if (gesture?.kind === "tool") editor.tool.get().onPointerUp(pointerOf(event));
    delete host.dataset.panning;
    gesture = null;
  }

  function onCancel(): void {
    if (gesture?.kind === "tool") editor.tool.get().onCancel();
    delete host.dataset.panning;
    gesture = null;
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    editor.meter.noteActivity();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const view = stage.view.get();
    if (event.shiftKey) {
      const by = (event.deltaX || event.deltaY) * unit;
      stage.setView(panBy(view, -by, 0, stage.size.get(), stage.area));
      return;
    }
    const factor = Math.exp(-event.deltaY * unit * WHEEL_STEP * (event.ctrlKey ? 4 : 1));
    stage.setView(zoomAt(view, screenOf(event), factor, stage.fitted()));
  }

  host.addEventListener("blur", () => delete host.dataset.pointed, { signal });
  host.addEventListener("pointerdown", onDown, { signal });
  host.addEventListener("pointermove", onMove, { signal });
  host.addEventListener("pointerup", onUp, { signal });
  host.addEventListener("pointercancel", onCancel, { signal });
  host.addEventListener("wheel", onWheel, { signal, passive: false });
  host.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  host.addEventListener(
    "pointerleave",
    () => {
      if (stage.hasCross.get()) return; // the pointer is the keyboard's
      stage.pointer.set(null);
      editor.pointAt(null);
      editor.expectPromptAt(null);
    },
    { signal },
  );
  return () => {
    controller.abort();
    delete host.dataset.panning;
  };
}
