/** Two people's masks of one object as pictures: the first person's on the left. */

import type { Person } from "@/api/conflicts";
import { formatCount } from "@/components/format";
import type { FinishedMask, Pair } from "@/editor/conflicts";
import { unionBox } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { LabelId } from "@/editor/operations";
import { SET_COLOURS } from "@/editor/render/colours";
import { labelWord, nameOf } from "./conflict-words";
import type { Side, Sides } from "./sides";

export function sidesOfPair(
  { slot, first, other }: Pair,
  people: readonly Person[],
  names: ReadonlyMap<LabelId, string>,
): Sides {
  return {
    sides: [
      sideOf(nameOf(people, 0), SET_COLOURS[0], first, names),
      sideOf(nameOf(people, slot), SET_COLOURS[1], other, names),
    ],
    around: unionBox(boxOf(first), boxOf(other)),
  };
}

function sideOf(
  title: string,
  colour: string,
  finished: FinishedMask | null,
  names: ReadonlyMap<LabelId, string>,
): Side {
  if (finished === null) {
    return { title, colour, label: `${title}: no mask`, missing: "No mask", masks: [] };
  }
  const mask = maskFromRLE(finished.rle);
  const label = `${title}: ${labelWord(finished.label, names)}, ${formatCount(mask.area_px)} px`;
  return { title, colour, label, missing: null, masks: [{ mask, colour }] };
}

const boxOf = (finished: FinishedMask | null) => finished && maskFromRLE(finished.rle).box;
