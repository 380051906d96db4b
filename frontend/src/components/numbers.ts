/** Number fields of forms: Mantine hands over "" while one is empty. */

export type NumberValue = number | string;

/** The complaint about a number field, null where it holds a number in its range. */
export function numberError(value: NumberValue, min: number, max: number): string | null {
  if (typeof value === "number" && value >= min && value <= max) return null;
  return max === Number.POSITIVE_INFINITY
    ? `Enter a number of at least ${min}`
    : `Enter a number from ${min} to ${max}`;
}

/** Errors by the API's names of fields under the form's own names. */
export function renamed(
  errors: Record<string, string>,
  names: Record<string, string>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).map(([field, message]) => [names[field] ?? field, message]),
  );
}
