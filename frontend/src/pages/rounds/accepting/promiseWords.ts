/** What promises of a round's verifier came to on the holdout, in words. */

import type { Figures, KeptPromise } from "@/api/types";
import { formatCount, formatPercent, plural } from "@/components/format";
import { NOTHING } from "../figures";
import { inPercent, intervalWords } from "./acceptWords";

type Promises = Figures["promises"];

interface Cell {
  value: string;
  note: string; // below it, in grey
}

export interface PromiseRow {
  promise: Cell;
  taken: Cell;
  right: Cell & { isBroken: boolean };
  saved: Cell;
}

const NO_CELL: Cell = { value: NOTHING, note: "" };

/** A row for each promise, the highest first; none where none of them can be made. */
export function promiseRows(candidate: Promises = [], serving: Promises = []): PromiseRow[] {
  if (candidate.every(({ threshold }) => threshold === null)) return [];
  return candidate
    .toSorted((a, b) => b.promise - a.promise)
    .map((kept) => {
      const before = serving.find(({ promise }) => promise === kept.promise);
      return rowOf(kept, before);
    });
}

/** What the rows are of. */
export function promisesWords([first]: readonly KeptPromise[]): string {
  return `What this model would accept by itself of its ${plural(first?.proposals ?? 0, "proposal")} on the holdout, for each share that a manager may ask for. Right is what overlaps a finished mask with an IoU of 0.85 or more, whatever its label.`;
}

/** In place of the rows. */
export function noPromiseWords(promises: readonly KeptPromise[]): string {
  const shares = promises
    .map(({ promise }) => promise)
    .toSorted((a, b) => a - b)
    .map(inPercent);
  return `Nothing: by people's verdicts it cannot promise that even ${shares[0]} of what it accepts are right. That takes their verdicts on proposals of many images, and scores that tell the right ones from the others.`;
}

function rowOf(kept: KeptPromise, before: KeptPromise | undefined): PromiseRow {
  const { promise, threshold, taken, proposals, saved } = kept;
  const asked = `${inPercent(promise)} right`;
  if (threshold === null)
    return {
      promise: { value: asked, note: "It cannot promise that" },
      ...{ taken: NO_CELL, right: { ...NO_CELL, isBroken: false }, saved: savedCell(0, before) },
    };
  return {
    promise: { value: asked, note: `Scores from ${inPercent(threshold)} on` },
    taken: {
      value: formatPercent(taken / proposals),
      note: `${formatCount(taken)} of ${formatCount(proposals)}`,
    },
    right: rightCell(kept),
    saved: savedCell(saved, before),
  };
}

/** What was measured of what it takes; broken where it is surely less than was promised. */
function rightCell({ promise, precision }: KeptPromise): PromiseRow["right"] {
  if (precision === null) return { ...NO_CELL, isBroken: false };
  const isBroken = precision.high < promise;
  const note = `${intervalWords(precision)}${isBroken ? ", broken" : ""}`;
  return { value: inPercent(precision.share), note, isBroken };
}

function savedCell(saved: number, before: KeptPromise | undefined): Cell {
  return {
    value: formatPercent(saved),
    note: before === undefined ? "" : `Serving ${formatPercent(before.saved)}`,
  };
}
