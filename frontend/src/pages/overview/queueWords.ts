/** The queues of a project in words, with their keys and addresses. */

import type { Queue } from "@/api/queue-names";
import type { Project } from "@/api/types";
import type { Command } from "@/commands/command";
import type { Step } from "./steps";

export interface QueueWords {
  readonly queue: Queue;
  readonly key: string;
  readonly title: string;
  readonly text: string;
  readonly unit: string; // of the count
}

export const QUEUE_WORDS: readonly QueueWords[] = [
  {
    queue: "verify",
    key: "V",
    title: "Verify",
    text: "Proposals: right, wrong, or in need of work?",
    unit: "proposal",
  },
  {
    queue: "complete",
    key: "C",
    title: "Complete",
    text: "Images whose proposals are decided, or with a question: is anything missing?",
    unit: "image",
  },
  {
    queue: "correct",
    key: "X",
    title: "Correct",
    text: "Images that verifying sent on, and those without proposals.",
    unit: "image",
  },
  {
    queue: "review",
    key: "R",
    title: "Review",
    text: "Finished images of others: approve, correct or return each.",
    unit: "image",
  },
];

/** The queues that a person works on: the plan's, and that of reviews where reviewing is theirs. */
export function queuesOf({ plan, role }: Pick<Project, "plan" | "role">): readonly QueueWords[] {
  return QUEUE_WORDS.filter(({ queue }) =>
    queue === "review" ? role !== "annotator" : plan === "queues",
  );
}

/** The cards of the overview: what the next step says already is not said again. */
export function cardsOf(queues: readonly QueueWords[], step: Step): readonly QueueWords[] {
  return step === "review" ? queues.filter(({ queue }) => queue !== "review") : queues;
}

export const queueId = (queue: Queue): string => `go.${queue}`;

/** The command to the queue of reviews, to show its key. */
export const REVIEW = { id: queueId("review"), key: "R" };

/** A command to each queue. The keys are those of the overview: other pages have theirs. */
export function queueCommands(
  queues: readonly QueueWords[],
  go: (queue: Queue) => void,
): Command[] {
  return queues.map(({ queue, key, title, text }) => ({
    ...{ id: queueId(queue), title, key, what: `${title}: ${text}`, group: "Project" },
    run: () => go(queue),
  }));
}

/** Where a queue is worked on. */
export function queueAddress(project: number, queue: Queue) {
  const params = { projectId: String(project) };
  if (queue === "verify") return { to: "/projects/$projectId/verify", params } as const;
  return { to: "/projects/$projectId/annotate", params, search: { queue } } as const;
}
