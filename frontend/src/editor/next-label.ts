/** The label that new masks get: never one that nobody chose. */

import { fieldsOf, readKept } from "@/editor/kept";
import type { LabelId } from "@/editor/operations";
import type { Signal } from "@/editor/signal";

interface Whose {
  readonly user: number;
  readonly project: number;
  /** The ids of the labels that there are. */
  readonly labels: readonly LabelId[];
}

/**
 * Begin with the label that this person chose last in this project, and keep what is chosen from now
 * on. The only label of a project needs no choice. Returns how to stop.
 */
export function keepNextLabel(
  label: Signal<LabelId | null>,
  { user, project, labels }: Whose,
  storage: Pick<Storage, "getItem" | "setItem">,
): () => void {
  const keptAs = `anneal-labels-${user}`;
  const choices = () => fieldsOf(readKept(storage.getItem(keptAs)));
  const last = choices()[project];
  const chosen = labels.length === 1 ? labels[0] : labels.find((id) => id === last);
  label.set(chosen ?? null);
  return label.subscribe(() => {
    storage.setItem(keptAs, JSON.stringify({ ...choices(), [project]: label.get() }));
  });
}
