/** Attributes where masks are drawn and finished: defaults that come with a label, what is required. */

import { type Definitions, defaultsOf, missingOf } from "@/editor/attributes";
import type { OperationDraft } from "@/editor/changes";
import type { Annotations, LabelId } from "@/editor/operations";

/** The same operations; those that give a mask a label give it the label's defaults too. */
export function withDefaults(
  drafts: readonly OperationDraft[],
  { masks }: Annotations,
  definitions: Definitions,
): readonly OperationDraft[] {
  return drafts.map((draft) => {
    const label = labelGivenBy(draft);
    if (label === null || !("label" in draft)) return draft;
    const row = masks.get(draft.mask);
    if (draft.kind === "revise" && row?.label === label) return draft;
    const values = { ...row?.attributes, ...draft.attributes };
    const defaults = defaultsOf(definitions.get(label), values);
    if (Object.keys(defaults).length === 0) return draft;
    return { ...draft, attributes: { ...defaults, ...draft.attributes } };
  });
}

function labelGivenBy(draft: OperationDraft): LabelId | null {
  return "label" in draft ? (draft.label ?? null) : null;
}

/** The masks that lack something required, and what of it the first of them lacks. */
export function incomplete(
  { masks }: Annotations,
  definitions: Definitions,
): { ids: string[]; names: string[] } {
  const lacking = [...masks.values()].filter(
    (row) => !row.isDeleted && !row.isAside && missingOf(row, definitions).length > 0,
  );
  const [first] = lacking;
  const names = first === undefined ? [] : missingOf(first, definitions).map(({ name }) => name);
  return { ids: lacking.map(({ id }) => id), names };
}
