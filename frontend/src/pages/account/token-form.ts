import type { NewToken } from "@/api/session";
import type { Scope } from "@/api/types";
import { plural } from "@/components/format";

/** The form of a new token as it is filled in. */
export interface TokenValues {
  name: string;
  scope: Scope;
  days: string;
  reach: "all" | "chosen";
  /** Ids, as Mantine's selects have them; kept while all are wanted. */
  projects: string[];
}

export const UNFILLED: TokenValues = {
  name: "",
  scope: "read",
  days: "90",
  reach: "all",
  projects: [],
};

/** What is wrong with each field; a token for chosen projects is never one for all by default. */
export const tokenFaults = {
  name: (name: string) => (name.trim() ? null : "Say what the token is for"),
  projects: (projects: string[], { reach }: TokenValues) =>
    reach === "chosen" && projects.length === 0 ? "Choose a project" : null,
};

export function tokenBody({ name, scope, days, reach, projects }: TokenValues): NewToken {
  const chosen = reach === "chosen" ? projects.map(Number) : null;
  return { name: name.trim(), scope, expires_in_days: Number(days), projects: chosen };
}

/** The projects of a token by their names; those of which the person knows none are counted. */
export function reachWords(
  ids: readonly number[] | null,
  known: readonly { id: number; name: string }[] | undefined,
): string {
  if (ids === null) return "All";
  if (!known) return plural(ids.length, "project");
  const names = known.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const gone = ids.length - names.length;
  return [...names, ...(gone > 0 ? [`${gone} deleted or left`] : [])].join(", ");
}
