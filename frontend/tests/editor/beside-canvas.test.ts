import { expect, test } from "vitest";
import { noteBesideCanvas } from "@/editor/beside-canvas";
import { EffortMeter } from "@/editor/effort";

/** A page, where events land in something that lies in this. */
function page() {
  let inside = "";
  const stop = new AbortController();
  const clock = { now_s: 0 };
  const meter = new EffortMeter(() => clock.now_s);
  const target = Object.assign(new EventTarget(), {
    closest: (selector: string) => (selector.split(", ").includes(inside) ? {} : null),
  });
  noteBesideCanvas(target, meter, stop.signal);
  const happens = (kind: string, where: string, after_s = 1): void => {
    clock.now_s += after_s;
    inside = where;
    target.dispatchEvent(new Event(kind));
  };
  return { meter, happens, stop };
}

test("a press on a tool, a label or a list is a click of the mask that is saved next", () => {
  const { meter, happens } = page();
  for (const where of ["nav", "[role=toolbar]", "aside"]) happens("pointerdown", where);
  const first = meter.take();
  happens("pointerdown", "aside");

  expect(first).toMatchObject({ clicks: 3, seconds: 3 });
  expect(meter.take()).toMatchObject({ clicks: 1, seconds: 1 });
});

test("the canvas counts its own presses, and those on the head of the page are of no mask", () => {
  const { meter, happens } = page();
  for (const where of ["[data-stage]", "header"]) happens("pointerdown", where);

  expect(meter.take().clicks).toBe(0);
});

test("to move, type or scroll anywhere is to be active, once the page is left no more", () => {
  const { meter, happens, stop } = page();
  for (const kind of ["pointermove", "keydown", "wheel"]) happens(kind, "aside", 4);
  stop.abort();
  happens("keydown", "aside", 4);

  expect(meter.active_s).toBe(12);
  expect(meter.take().clicks).toBe(0);
});
