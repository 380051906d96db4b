/** The label that new masks get: never one that nobody chose. */

import { fieldsOf, readKept } from "@/editor/kept";
import type { LabelId } from "@/editor/operations";
import type { Signal } from "@/editor/signal";

interface Whose {
  readonly user: number;
  readonly project: number;
  /** Null where things of many images follow one another, as in verifying. */
  readonly image: number | null;
  /** The ids of the labels that there are. */
  readonly labels: readonly LabelId[];
}

/**
 * Begin with the label that this person chose last on this image, and keep what is chosen from now
 * on. Another image shows other things: it begins without one, but where a project has only one.
 * Returns how to stop.
 */
export function keepNextLabel(
  label: Signal<LabelId | null>,
  { user, project, image, labels }: Whose,
  storage: Pick<Storage, "getItem" | "setItem">,
): () => void {
  const keptAs = `anneal-labels-${user}`;
  const choices = () => fieldsOf(readKept(storage.getItem(keptAs)));
  const last = fieldsOf(choices()[project]);
  const isHere = last.image === image;
  const chosen = labels.length === 1 ? labels[0] : labels.find((id) => isHere && id === last.label);
  label.set(chosen ?? null);
  return label.subscribe(() => {
    storage.setItem(
      keptAs,
      JSON.stringify({ ...choices(), [project]: { image, label: label.get() } }),
    );
  });
}
