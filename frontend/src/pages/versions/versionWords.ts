/** What was made of a version, in words. */

import type { Version } from "@/api/types";

type Trained = Version["bundles"][number];

const ALIASES: Record<NonNullable<Trained["alias"]>, string> = {
  serving: "serving now",
  previous: "which served before",
  candidate: "on trial",
};

/** "Learned from by model 1a2b3c4d of round 7, serving now."; empty where nothing was trained on it. */
export function learnedWords({ bundles }: Pick<Version, "bundles">): string {
  if (bundles.length === 0) return "";
  return `Learned from by ${bundles.map(modelWords).join("; ")}.`;
}

/** Why a name is no tag, as the server has it; undefined: it is one. */
export function whyNoTag(name: string): string | undefined {
  if (!/^[a-z0-9][a-z0-9._-]{0,59}$/.test(name))
    return "Small letters, digits, dots, dashes and underscores, 60 at most.";
  if (/^[0-9a-f]+$/.test(name)) return "The digits 0 to f alone could be a version's id.";
  return undefined;
}

function modelWords({ bundle, round, alias }: Trained): string {
  const of = round === null ? "" : ` of round ${round}`;
  return `model ${bundle.slice(0, 8)}${of}${alias ? `, ${ALIASES[alias]}` : ""}`;
}
