/** Every command on masks by its name. */

import type { Editor } from "@/editor/editor";
import {
  cutByNeighbours,
  cutNeighbours,
  dropAllSpecks,
  duplicate,
  fillAllHoles,
  growByPixel,
  mergeSelected,
  shrinkByPixel,
} from "@/editor/mask-commands";
import { makePart, takeOut } from "@/editor/part-commands";
import { bringForward, bringToFront, sendBackward, sendToBack } from "@/editor/stacking";

export const ALL_COMMANDS: Record<string, (editor: Editor) => void> = {
  fillAllHoles,
  dropAllSpecks,
  growByPixel,
  shrinkByPixel,
  mergeSelected,
  cutByNeighbours,
  cutNeighbours,
  duplicate,
  makePart,
  takeOut,
  bringForward,
  sendBackward,
  bringToFront,
  sendToBack,
};
