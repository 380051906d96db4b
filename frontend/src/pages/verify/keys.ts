/** The keys of verifying: one table for the listener, the buttons and the help. */

import type { LabelId } from "@/editor/operations";
import type { Verdict } from "./verify-session";

export interface VerifyActions {
  decide(verdict: Verdict): void;
  setLabel(label: LabelId | null): void;
  undo(): void;
  toggleOutline(): void;
}

export const VERDICTS: readonly {
  readonly verdict: Verdict;
  readonly key: string;
  readonly title: string;
  readonly why: string;
  readonly color: string;
}[] = [
  { verdict: "accepted", key: "A", title: "Accept", why: "The mask is right.", color: "teal" },
  { verdict: "rejected", key: "R", title: "Reject", why: "It is no object.", color: "red" },
  {
    verdict: "needs_work",
    key: "W",
    title: "Needs work",
    why: "An object, but the mask must be corrected.",
    color: "orange",
  },
  {
    verdict: "not_sure",
    key: "S",
    title: "Not sure",
    why: "Somebody else decides.",
    color: "gray",
  },
];

/** What a key press asks for; null when it is no key of this page. */
export function actionOf(
  event: KeyboardEvent,
  labels: readonly { readonly id: number }[],
): ((actions: VerifyActions) => void) | null {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    return key === "z" && !event.shiftKey ? ({ undo }) => undo() : null;
  }
  if (event.altKey || event.shiftKey) return null;
  const found = VERDICTS.find((each) => each.key.toLowerCase() === key);
  if (found !== undefined) return ({ decide }) => decide(found.verdict);
  if (key === "h") return ({ toggleOutline }) => toggleOutline();
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code)?.[1];
  if (digit === undefined) return null;
  if (digit === "0") return ({ setLabel }) => setLabel(null);
  const label = labels[Number(digit) - 1];
  return label === undefined ? null : ({ setLabel }) => setLabel(label.id);
}
