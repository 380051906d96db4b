/** The queues of a project: verify, complete and correct, where its plan has them, and review. */

const QUEUES = ["verify", "complete", "correct", "review"] as const;
export type Queue = (typeof QUEUES)[number];

/** The queues whose images are worked on in the editor. */
export type ImageQueue = Exclude<Queue, "verify">;

export function isImageQueue(value: unknown): value is ImageQueue {
  return value !== "verify" && QUEUES.some((queue) => queue === value);
}
