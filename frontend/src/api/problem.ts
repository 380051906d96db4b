/** Errors of the API as RFC 9457 problem documents, and what to tell a person about them. */

export interface FieldError {
  field: string;
  message: string;
}

export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: readonly FieldError[];
  /** The other members of the document, for example `missed` of a stale save. */
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(status: number, document: Record<string, unknown>) {
    const { title, detail, code, errors, ...extra } = document;
    super(text(detail) ?? text(title) ?? `The server answered ${status}. Try again in a moment.`);
    this.name = "ProblemError";
    this.status = status;
    this.code = text(code) ?? String(status);
    this.fields = Array.isArray(errors) ? errors.filter(isFieldError) : [];
    this.extra = extra;
  }
}

/** A request that got no answer at all. */
export class UnreachableError extends ProblemError {
  constructor() {
    super(0, {
      code: "unreachable",
      detail: "The server cannot be reached. Check the connection, then try again.",
    });
  }
}

/** A request that the server refused will be refused again: only silence and faults are retried. */
export function isWorthRetrying(failures: number, error: Error): boolean {
  const isFault = !(error instanceof ProblemError) || error.status === 0 || error.status >= 500;
  return isFault && failures < 2;
}

/** What a person reads about any error: one sentence that says what to do. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "Something went wrong. Try again.";
}

/** Errors of a form by field name, as Mantine's `setErrors` takes them. */
export function formErrorsOf(error: unknown): Record<string, string> {
  if (!(error instanceof ProblemError)) return {};
  return Object.fromEntries(error.fields.map(({ field, message }) => [field, message]));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === "object" && value !== null && "field" in value && "message" in value;
}
