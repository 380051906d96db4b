/** Which models are compared, as the address holds it: how their ids begin, in the order of ticking. */

import type { Bundle } from "@/api/types";

const SHORT = 8; // characters; what is shown of an id, too

/** Those that the address names, in the order of the list; two at most. */
export function chosenOf(compare: string | undefined, bundles: readonly Bundle[]): Bundle[] {
  const named = startsOf(compare);
  return bundles.filter((each) => named.includes(startOf(each))).slice(0, 2);
}

/** The address once a model is ticked or not; of three the first goes. */
export function toggled(compare: string | undefined, bundle: Bundle): string | undefined {
  const [named, start] = [startsOf(compare), startOf(bundle)];
  const left = named.filter((each) => each !== start);
  const next = left.length < named.length ? left : [...left, start].slice(-2);
  return next.join("-") || undefined;
}

function startsOf(compare: string | undefined): string[] {
  return compare ? compare.split("-") : [];
}

function startOf({ bundle }: Bundle): string {
  return bundle.slice(0, SHORT);
}
