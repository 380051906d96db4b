/** What an earlier page wrote in this browser: of it, nothing is taken for granted. */

/** Null where nothing is there, or nothing that can be read. */
export function readKept(text: string | null): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return null;
  }
}

/** The fields of an object, whatever they hold; none of anything else. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
