/** Mouse, pen, touch and wheel on the stage, turned into gestures of tools or moves of the view. */

import type { Editor } from "@/editor/editor";
import { panBy, pinchView, type ScreenPoint, toImage, type View, zoomAt } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import type { ToolPointer } from "@/editor/tools/tool";

const WHEEL_STEP = 0.0016; // per pixel of wheel: 100 px zoom by 17 %
const LINE_PX = 33; // a wheel that counts in lines
const PEN_ERASER = 5; // the button that a pen's other end is
const TAP_REACH_PX = 8; // a finger that moves no farther taps
const PEN_DRAWS = "A pen is in use: fingers only move the image.";

/** What a person works with, from image to image. */
export interface Hands {
  isPanning: boolean; // the space bar is down
  hasPen: boolean; // one was seen: a finger may be the palm beside it, so fingers only move the view
}

/** What pointers move of a Stage. */
export type Board = Pick<
  Stage,
  "view" | "size" | "area" | "pointer" | "hasCross" | "setView" | "fitted"
>;

interface Held {
  readonly id: number; // of the pointer
  readonly at: ScreenPoint;
}

/** A finger is waited for until it moves or is lifted: a second one may make a pinch of it. */
type Gesture =
  | { kind: "finger"; held: Held; isTouch: true; down: PointerEvent }
  | { kind: "pinch"; held: Held; isTouch: true; other: Held }
  | { kind: "pan" | "tool"; held: Held; isTouch: boolean };

/** Listen on the stage's element. */
export function listenToPointer(
  host: HTMLElement,
  editor: Editor,
  stage: Board,
  hands: Hands,
): () => void {
  const controller = new AbortController();
  const { signal } = controller;
  let gesture: Gesture | null = null;

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
    const isTouch = event.pointerType === "touch";
    const held = { id: event.pointerId, at: screenOf(event) };
    if (event.pointerType === "pen") {
      hands.hasPen = true;
      if (gesture?.isTouch) drop(); // it was the palm
    }
    if (gesture === null) begin(event, held);
    else if (isTouch && gesture.isTouch && gesture.kind !== "pinch") {
      const other = gesture.held;
      drop();
      gesture = { kind: "pinch", isTouch, held, other };
    }
  }

  function begin(event: PointerEvent, held: Held): void {
    host.dataset.pointed = ""; // a ring around the whole image is for keyboards
    host.focus({ preventScroll: true });
    host.setPointerCapture(event.pointerId);
    event.preventDefault();
    const isTouch = event.pointerType === "touch";
    if (isTouch) gesture = { kind: "finger", isTouch, held, down: event };
    else if (event.button === 1 || (event.button === 0 && hands.isPanning)) pan(held, false);
    else if ([0, 2, PEN_ERASER].includes(event.button)) press(event, held);
  }

  function pan(held: Held, isTouch: boolean): void {
    gesture = { kind: "pan", held, isTouch };
    editor.meter.noteAction();
    host.dataset.panning = "";
  }

  function press(event: PointerEvent, held: Held): void {
    gesture = { kind: "tool", held, isTouch: event.pointerType === "touch" };
    editor.notice.set(null);
    editor.meter.noteClick();
    editor.tool.get().onPointerDown(pointerOf(event));
  }

  /** Forget the gesture that is under way: nothing of it is kept. */
  function drop(): void {
    const tool = editor.tool.get();
    if (gesture?.kind === "tool" && tool.dropPress !== undefined) tool.dropPress();
    else if (gesture?.kind === "tool") tool.onCancel();
    end();
  }

  function end(): void {
    delete host.dataset.panning;
    gesture = null;
  }

  const isOf = (event: PointerEvent): boolean =>
    gesture?.held.id === event.pointerId ||
    (gesture?.kind === "pinch" && gesture.other.id === event.pointerId);

  function onMove(event: PointerEvent): void {
    if (event.pointerType === "pen") hands.hasPen = true;
    editor.meter.noteActivity();
    if (gesture === null) {
      if (event.pointerType === "touch") return;
      const at = toImage(stage.view.get(), screenOf(event));
      editor.pointAt(at);
      editor.tool.get().onHover?.(at);
      showPointer(event);
    } else if (isOf(event)) goOn(gesture, event);
  }

  function goOn(now: Gesture, event: PointerEvent): void {
    const to = { id: event.pointerId, at: screenOf(event) };
    const { held } = now;
    switch (now.kind) {
      case "finger":
        if (Math.hypot(to.at.x - held.at.x, to.at.y - held.at.y) <= TAP_REACH_PX) return;
        if (hands.hasPen || hands.isPanning) pan(held, true);
        else press(now.down, held);
        if (gesture !== null) goOn(gesture, event);
        return;
      case "pan":
        gesture = { ...now, held: to };
        moveView(stage.view.get(), to.at.x - held.at.x, to.at.y - held.at.y);
        return;
      case "pinch": {
        const next = held.id === to.id ? { ...now, held: to } : { ...now, other: to };
        gesture = next;
        const view = pinchView(stage.view.get(), endsOf(now), endsOf(next), stage.fitted());
        moveView(view, 0, 0); // no farther than the image is seen
        return;
      }
      case "tool": {
        const events = event.getCoalescedEvents?.() ?? [];
        for (const moved of events.length > 0 ? events : [event]) {
          editor.tool.get().onPointerMove(pointerOf(moved));
        }
        showPointer(event);
      }
    }
  }

  function showPointer(event: PointerEvent): void {
    stage.hasCross.set(false);
    stage.pointer.set(toImage(stage.view.get(), screenOf(event)));
  }

  /** So far that some of the image stays in view. */
  function moveView(view: View, dx: number, dy: number): void {
    stage.setView(panBy(view, dx, dy, stage.size.get(), stage.area));
  }

  function onUp(event: PointerEvent): void {
    if (gesture === null || !isOf(event)) return;
    const { kind, held } = gesture;
    if (kind === "pinch") {
      pan(held.id === event.pointerId ? gesture.other : held, true); // the other finger goes on
      return;
    }
    if (kind === "finger" && hands.hasPen) editor.notice.set(PEN_DRAWS);
    else if (kind === "finger") press(gesture.down, held);
    if (gesture.kind === "tool") editor.tool.get().onPointerUp(pointerOf(event));
    end();
  }

  function onCancel(event: PointerEvent): void {
    if (isOf(event)) drop();
  }

  function onWheel(event: WheelEvent): void {
    event.preventDefault();
    editor.meter.noteActivity();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const view = stage.view.get();
    if (event.shiftKey) {
      moveView(view, -(event.deltaX || event.deltaY) * unit, 0);
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

type Ends = readonly [ScreenPoint, ScreenPoint];

const endsOf = ({ held, other }: { held: Held; other: Held }): Ends => [held.at, other.at];
