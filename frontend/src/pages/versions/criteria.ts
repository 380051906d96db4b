/** What a version shall hold: as a form has it, and as the API has it. */

import { ProblemError } from "@/api/problem";
import type { Criteria } from "@/api/types";
import type { NumberValue } from "@/components/numbers";

export interface CriteriaValues {
  splits: string[];
  /** Ids, as a select has them. */
  labels: string[];
  dropEmpty: boolean;
  reviewed: boolean;
  /** Percent; "": any. */
  agreement: NumberValue;
  /** Numbers, as a select has them; "0" is the pretrained model. */
  rounds: string[];
  from: string;
  to: string;
  groups: string[];
  /** Percent; "": none. */
  val: NumberValue;
}

export type CriteriaField = keyof CriteriaValues;

/** The form's names of the API's fields. */
export const CRITERIA_FIELDS: Record<keyof Criteria, CriteriaField> = {
  ...{ splits: "splits", labels: "labels", drop_empty: "dropEmpty", reviewed: "reviewed" },
  ...{ agreement: "agreement", rounds: "rounds", groups: "groups", val_share: "val" },
  ...{ finished_from: "from", finished_to: "to" },
};

export function valuesOf(criteria: Criteria): CriteriaValues {
  return {
    splits: criteria.splits ?? [],
    labels: (criteria.labels ?? []).map(String),
    dropEmpty: criteria.drop_empty ?? false,
    reviewed: criteria.reviewed ?? false,
    agreement: percentOf(criteria.agreement),
    rounds: (criteria.rounds ?? []).map(String),
    from: criteria.finished_from ?? "",
    to: criteria.finished_to ?? "",
    groups: criteria.groups ?? [],
    val: percentOf(criteria.val_share),
  };
}

/** Only what was chosen, in one order, so that the same choice is the same JSON. */
export function criteriaOf(values: CriteriaValues): Criteria {
  const criteria: Criteria = {};
  if (values.splits.length > 0) criteria.splits = [...values.splits].sort();
  if (values.labels.length > 0) criteria.labels = values.labels.map(Number).sort((a, b) => a - b);
  if (values.dropEmpty) criteria.drop_empty = true;
  if (values.reviewed) criteria.reviewed = true;
  if (values.agreement !== "") criteria.agreement = shareOf(values.agreement);
  if (values.rounds.length > 0) criteria.rounds = values.rounds.map(Number).sort((a, b) => a - b);
  if (values.from !== "") criteria.finished_from = values.from;
  if (values.to !== "") criteria.finished_to = values.to;
  if (values.groups.length > 0) criteria.groups = [...values.groups].sort();
  if (values.val !== "") criteria.val_share = shareOf(values.val);
  return criteria;
}

export function isSame(one: Criteria, other: Criteria): boolean {
  return spelled(one) === spelled(other);
}

export function isEverything(criteria: Criteria): boolean {
  return isSame(criteria, {});
}

/** What is wrong by itself, before the server is asked. */
export function valueErrors({ from, to }: CriteriaValues): Partial<Record<CriteriaField, string>> {
  return from && to && to < from ? { to: "The last day is before the first." } : {};
}

/** What the server says of criteria, by the form's fields. */
export function criteriaErrors(error: unknown): Partial<Record<CriteriaField, string>> {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(
    error.fields.flatMap(({ field, message }) => {
      const name = /^criteria\.(\w+)/.exec(field)?.[1] ?? "";
      return name in CRITERIA_FIELDS
        ? [[CRITERIA_FIELDS[name as keyof Criteria], message] as const]
        : [];
    }),
  );
}

function spelled(criteria: Criteria): string {
  return JSON.stringify(criteriaOf(valuesOf(criteria)));
}

function percentOf(share: number | null | undefined): NumberValue {
  return share === null || share === undefined ? "" : rounded(share * 100);
}

function shareOf(percent: NumberValue): number {
  return rounded(Number(percent) / 100);
}

/** Without what binary adds, 0.7 / 100 = 0.006999…: the same share is the same version. */
function rounded(value: number): number {
  return Number(value.toPrecision(12));
}
