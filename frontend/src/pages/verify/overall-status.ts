/** How the saves of several images stand, as one. */

import type { OutboxStatus, SaveHindrance, SaveState } from "@/editor/outbox";

const STATES: readonly SaveState[] = ["saved", "device", "writing", "unprotected"]; // ever worse
const HINDRANCES: readonly SaveHindrance[] = ["none", "offline", "login", "gone", "refused"];

/** The worst of them, with all that waits. */
export function overallStatus(statuses: readonly OutboxStatus[]): OutboxStatus {
  return {
    state: worst(
      STATES,
      statuses.map(({ state }) => state),
    ),
    hindrance: worst(
      HINDRANCES,
      statuses.map(({ hindrance }) => hindrance),
    ),
    waiting: statuses.reduce((sum, { waiting }) => sum + waiting, 0),
    refused: statuses.flatMap(({ refused }) => refused),
  };
}

function worst<T>(order: readonly T[], found: readonly T[]): T {
  return order[Math.max(0, ...found.map((each) => order.indexOf(each)))] as T;
}
