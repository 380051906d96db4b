/** What is done later, unless it is called off: handed in, so that tests need not wait. */

/** Runs `task` after a delay; returns how to call it off. */
export type Schedule = (task: () => void, delay_ms: number) => () => void;

export const schedule: Schedule = (task, delay_ms) => {
  const timer = setTimeout(task, delay_ms);
  return () => clearTimeout(timer);
};
