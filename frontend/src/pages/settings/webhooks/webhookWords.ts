/** What people read about webhooks and what became of each delivery. */

import type { Delivery, DeliveryState, Webhook, WebhookEvent } from "@/api/types";
import { formatAgo, plural } from "@/components/format";

export const EVENTS: Record<WebhookEvent, string> = {
  "version.cut": "A cut of a version has ended",
  "export.ended": "An export has ended",
  "import.ended": "An import, or its undo, has ended",
  "round.ended": "A round has ended",
};

export function eventWords(event: Delivery["event"]): string {
  return event === "ping" ? "Test" : EVENTS[event];
}

/** "version.cut, round.ended", or "All events". */
export function wantedWords({ events }: Pick<Webhook, "events">): string {
  return events.length === Object.keys(EVENTS).length ? "All events" : events.join(", ");
}

const STATES: Record<DeliveryState, string> = {
  waiting: "Waiting",
  delivered: "Delivered",
  failed: "Given up",
};

export function stateWord(state: DeliveryState, attempts = 0): string {
  return state === "waiting" && attempts > 0 ? "Trying again" : STATES[state];
}

/** What was answered the last time: "204", "No answer", or nothing where nobody was asked yet. */
export function answerWords({ attempts, status }: Pick<Delivery, "attempts" | "status">): string {
  if (status !== null) return String(status);
  return attempts > 0 ? "No answer" : "";
}

/** "2 attempts, the last just now; the next in 5 minutes". */
export function attemptWords(delivery: Delivery, now = Date.now()): string {
  const { attempts, attempted_at, due_at, state } = delivery;
  const made = attempts === 0 ? "Not tried yet" : plural(attempts, "attempt");
  const last = attempted_at ? `, the last ${formatAgo(attempted_at, now)}` : "";
  const isLater = new Date(due_at).getTime() > now;
  const next = isLater ? formatAgo(due_at, now).replace("just now", "in a moment") : "in a moment";
  return made + last + (state === "waiting" ? `; the next ${next}` : "");
}

/** As long as a key of SHA-256, in letters that survive any form. */
export function newSecret(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
