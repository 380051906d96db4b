/** The objects as a list: which of them, in which order, parts under their wholes. */

import { maskFromRLE } from "@/editor/mask";
import type { LabelId, MaskRow } from "@/editor/operations";
import { ancestorsOf } from "@/editor/tree";

export const LIST_ORDERS = ["newest", "label", "area", "place"] as const;

export type ListOrder = (typeof LIST_ORDERS)[number];

export interface ListView {
  /** Words that the label's name or the author must have, all of them. */
  readonly text: string;
  readonly order: ListOrder;
  /** The wholes whose parts are not listed. */
  readonly folded: ReadonlySet<string>;
}

export const PLAIN_LIST: ListView = { text: "", order: "newest", folded: new Set() };

export interface ListedMask {
  readonly id: string;
  readonly row: MaskRow;
  readonly depth: number; // how many listed wholes it is a part of
  readonly parts: number; // how many parts it has, listed or folded
}

/** The masks that are listed. `masks` come in the order that they were made in. */
export function listMasks(
  masks: readonly MaskRow[],
  { text, order, folded }: ListView,
  nameOf: (label: LabelId | null) => string,
): ListedMask[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = masks
    .filter((row) => words.length === 0 || matches(row, words, nameOf)) // mostly all, at each change
    .sort(comparing(order, nameOf));
  if (order === "newest") found.reverse();
  const listed = new Map(found.map((row) => [row.id, row]));
  const parts = new Map<string | null, MaskRow[]>();
  for (const row of found) {
    const wholes = ancestorsOf(row.id, listed);
    // In a circle, which two people can make at once until the server refuses it, all stand alone.
    const isUnder = listed.has(row.parent ?? "") && !wholes.includes(row.id);
    const whole = isUnder ? row.parent : null;
    const beside = parts.get(whole);
    if (beside === undefined) parts.set(whole, [row]);
    else beside.push(row);
  }
  const list: ListedMask[] = [];
  const add = (row: MaskRow, depth: number): void => {
    const below = parts.get(row.id) ?? [];
    list.push({ id: row.id, row, depth, parts: below.length });
    if (!folded.has(row.id)) for (const part of below) add(part, depth + 1);
  };
  for (const row of parts.get(null) ?? []) add(row, 0);
  return list;
}

function matches(
  row: MaskRow,
  words: readonly string[],
  nameOf: (label: LabelId | null) => string,
): boolean {
  const said = `${nameOf(row.label)} ${makerOf(row)}`.toLowerCase();
  return words.every((word) => said.includes(word));
}

/** Who made a mask what it is. */
export function makerOf({ author, proposal }: Pick<MaskRow, "author" | "proposal">): string {
  return author ?? (proposal === null ? "imported" : "by the model");
}

/** Ties keep the order that the masks were made in. */
function comparing(
  order: ListOrder,
  nameOf: (label: LabelId | null) => string,
): (a: MaskRow, b: MaskRow) => number {
  switch (order) {
    case "newest":
      return () => 0;
    case "label":
      return (a, b) => nameOf(a.label).localeCompare(nameOf(b.label));
    case "area":
      return (a, b) => maskFromRLE(b.rle).area_px - maskFromRLE(a.rle).area_px;
    case "place":
      return (a, b) => topOf(a) - topOf(b) || leftOf(a) - leftOf(b);
  }
}

const topOf = ({ rle }: MaskRow): number => maskFromRLE(rle).box?.y0 ?? 0;
const leftOf = ({ rle }: MaskRow): number => maskFromRLE(rle).box?.x0 ?? 0;
