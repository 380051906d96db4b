/** Attributes of labels, and the values that a mask has of them. Values are kept by attribute id. */

export type AttributeValue = string | number;
export type Attributes = Readonly<Record<string, AttributeValue>>;
/** What an operation sets; null takes a value away. */
export type AttributeChanges = Readonly<Record<string, AttributeValue | null>>;

export interface AttributeDefinition {
  readonly id: string;
  readonly name: string;
  readonly kind: "choice" | "number" | "text";
  readonly choices: readonly string[];
  readonly min: number | null;
  readonly max: number | null;
  readonly required: boolean;
  readonly default: AttributeValue | null;
  readonly deleted: boolean;
}

/** The live definitions of each label, by its id. */
export type Definitions = ReadonlyMap<number, readonly AttributeDefinition[]>;

export const NO_ATTRIBUTES: Attributes = Object.freeze({});

export function definitionsOf(
  labels: readonly { id: number; attributes: readonly AttributeDefinition[] }[],
): Definitions {
  return new Map(
    labels.map(({ id, attributes }) => [id, attributes.filter(({ deleted }) => !deleted)]),
  );
}

/** The values after an operation: as they were, where it sets nothing. */
export function withChanges(before: Attributes, changes: AttributeChanges = {}): Attributes {
  const entries = Object.entries(changes);
  if (entries.length === 0) return before;
  const after = { ...before };
  for (const [id, value] of entries) {
    if (value === null || value === "") delete after[id];
    else after[id] = value;
  }
  return after;
}

/** What leads from some values to others; null where they are the same. */
export function changesOfAttributes(from: Attributes, to: Attributes): AttributeChanges | null {
  const ids = new Set([...Object.keys(from), ...Object.keys(to)]);
  const changed = [...ids].filter((id) => from[id] !== to[id]);
  if (changed.length === 0) return null;
  return Object.fromEntries(changed.map((id) => [id, to[id] ?? null]));
}

/** `{ attributes }` for an operation, or nothing where there is nothing to set. */
export function settingAttributes(
  from: Attributes,
  to: Attributes,
): { attributes?: AttributeChanges } {
  const attributes = changesOfAttributes(from, to);
  return attributes === null ? {} : { attributes };
}

/** The defaults of a label's attributes that have no value yet. */
export function defaultsOf(
  definitions: readonly AttributeDefinition[] = [],
  values: Attributes | AttributeChanges = NO_ATTRIBUTES,
): Attributes {
  const unset = definitions.filter((each) => each.default !== null && !(each.id in values));
  return Object.fromEntries(unset.map((each) => [each.id, each.default as AttributeValue]));
}

/** The required attributes that a mask has no value of. */
export function missingOf(
  { label, attributes }: { label: number | null; attributes: Attributes },
  definitions: Definitions,
): AttributeDefinition[] {
  const own = label === null ? [] : (definitions.get(label) ?? []);
  return own.filter(({ id, required }) => required && !(id in attributes));
}

/** Why a number cannot be the value; null if it can. */
export function faultOfNumber(value: number, { min, max }: AttributeDefinition): string | null {
  if (!Number.isFinite(value)) return "This must be a number.";
  if (min !== null && value < min) return `At least ${min}.`;
  return max !== null && value > max ? `At most ${max}.` : null;
}
