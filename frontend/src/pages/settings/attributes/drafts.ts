/** Attributes while a manager edits them: every field is what the form shows. */

import type { components } from "@/api/schema";
import type { Label } from "@/api/types";

type Attribute = Label["attributes"][number];
export type AttributeInput = components["schemas"]["AttributeInput"];

export interface AttributeDraft {
  readonly id: string;
  readonly isKnown: boolean; // by the server: it keeps its kind
  readonly name: string;
  readonly kind: Attribute["kind"];
  readonly choices: readonly string[];
  readonly min: number | "";
  readonly max: number | "";
  readonly required: boolean;
  readonly default: string | number;
}

export function newDraft(): AttributeDraft {
  return {
    ...{ id: crypto.randomUUID(), isKnown: false, name: "", kind: "choice", choices: [] },
    ...{ min: "", max: "", required: false, default: "" },
  };
}

export function draftsOf({ attributes }: Label): AttributeDraft[] {
  return attributes.filter(({ deleted }) => !deleted).map(draftOf);
}

/** Those that were deleted: their values are there still, should they come back. */
export function deletedDraftsOf({ attributes }: Label): AttributeDraft[] {
  return attributes.filter(({ deleted }) => deleted).map(draftOf);
}

function draftOf({ min, max, default: begins, deleted: _, ...same }: Attribute): AttributeDraft {
  return { ...same, isKnown: true, min: min ?? "", max: max ?? "", default: begins ?? "" };
}

export function inputOf(draft: AttributeDraft): AttributeInput {
  const { id, kind, choices, min, max, required, default: begins } = draft;
  return {
    ...{ id, kind, required, name: draft.name.trim(), choices: [...choices] },
    ...{ min: min === "" ? null : min, max: max === "" ? null : max },
    default: begins === "" ? null : kind === "number" ? Number(begins) : String(begins),
  };
}

/** A default that is no choice any more goes with it. */
export function withChoices(draft: AttributeDraft, choices: readonly string[]): AttributeDraft {
  const keeps = choices.includes(String(draft.default));
  return { ...draft, choices, default: keeps ? draft.default : "" };
}
