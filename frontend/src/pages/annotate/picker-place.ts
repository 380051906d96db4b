/** Where the picker of hypotheses stands: beside what one looks at, not over it. */

import { type Area, type Box, clamp, type ScreenPoint, unionBox } from "@/editor/geometry";

/** In CSS pixels from the top left corner of the stage. */
export interface Place {
  readonly left: number;
  readonly top: number;
}

export const PICKER_SIZE: Area = { width: 284, height: 150 };
const EDGE_PX = 8;
const ABOVE_HINT_PX = 52;
const GAP_PX = 12;
const POINTER_PX = 16; // around the click, where it still rests

/**
 * The place that covers neither the pointer nor any of the masks that a click may mean. Where these
 * leave no room it is clear of the largest one that does, or else of the pointer alone. It is the
 * same whichever is chosen: a picker that moved would be missed.
 *
 * `boxes` are those of the masks, like all here in CSS pixels of the stage.
 */
export function placeOfPicker(click: ScreenPoint, boxes: readonly Box[], stage: Area): Place {
  const pointer: Box = {
    ...{ x0: click.x - POINTER_PX, y0: click.y - POINTER_PX },
    ...{ x1: click.x + POINTER_PX, y1: click.y + POINTER_PX },
  };
  const withPointer = (box: Box): Box => unionBox(box, pointer) ?? pointer;
  const all = boxes.reduce((hull, box) => unionBox(hull, box) ?? hull, pointer);
  const largestFirst = [...boxes].sort((a, b) => areaOf(b) - areaOf(a)).map(withPointer);
  for (const clear of [all, ...largestFirst, pointer]) {
    const place = placesBeside(clear, click, stage).find((each) => isOnStage(each, stage));
    if (place !== undefined) return place;
  }
  return { left: leftNear(pointer.x1 + GAP_PX, stage), top: topNear(click.y, stage) };
}

/** On the right, on the left, below and above. */
function placesBeside(clear: Box, click: ScreenPoint, stage: Area): Place[] {
  const { width, height } = PICKER_SIZE;
  const top = topNear(click.y - height / 2, stage);
  const left = leftNear(click.x - width / 2, stage);
  return [
    { left: clear.x1 + GAP_PX, top },
    { left: clear.x0 - GAP_PX - width, top },
    { left, top: clear.y1 + GAP_PX },
    { left, top: clear.y0 - GAP_PX - height },
  ];
}

function isOnStage({ left, top }: Place, stage: Area): boolean {
  return left === leftNear(left, stage) && top === topNear(top, stage);
}

const leftNear = (left: number, stage: Area): number =>
  clamp(left, EDGE_PX, stage.width - PICKER_SIZE.width - EDGE_PX);
const topNear = (top: number, stage: Area): number =>
  clamp(top, EDGE_PX, stage.height - PICKER_SIZE.height - ABOVE_HINT_PX);

const areaOf = ({ x0, y0, x1, y1 }: Box): number => (x1 - x0) * (y1 - y0);
