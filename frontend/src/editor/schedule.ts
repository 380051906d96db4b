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
