/** What is done later, unless it is called off: handed in, so that tests need not wait. */

/** Runs `task` after a delay; returns how to call it off. */
export type Schedule = (task: () => void, delay_ms: number) => () => void;

/**
 * Runs `task` once the next frame is painted: what people look at first is not kept waiting. In a
 * tab that nobody sees there are no frames, and it runs soon.
 */
export function afterPaint(task: () => void): () => void {
  if (document.visibilityState === "hidden") return schedule(task, 0);
  let callOff: () => void = () => undefined;
  const frame = requestAnimationFrame(() => {
    callOff = schedule(task, 0);
  });
  return () => {
    cancelAnimationFrame(frame);
    callOff();
  };
}

export const schedule: Schedule = (task, delay_ms) => {
  const timer = setTimeout(task, delay_ms);
  return () => clearTimeout(timer);
};

const SLICE_MS = 4; // what a person does meanwhile waits no longer
const APART_MS = 20;

/** Does something with each, the last first, a few at a time. */
export function inSlices<T>(
  items: readonly T[],
  does: (item: T) => void,
  later: Schedule = schedule,
  now_ms: () => number = () => performance.now(),
): void {
  const waiting = [...items];
  const goOn = (): void => {
    const until = now_ms() + SLICE_MS;
    do {
      const item = waiting.pop();
      if (item === undefined) return;
      does(item);
    } while (now_ms() < until);
    later(goOn, APART_MS);
  };
  later(goOn, APART_MS);
}
