/** The tools by their names and keys: one table for the rail and the commands. */

import type { Chord } from "@/commands/chord";
import type { ToolName } from "@/editor/tools/tool";

export interface ToolEntry {
  readonly name: ToolName;
  readonly title: string;
  readonly key: Chord; // by default
  readonly what: string;
  readonly group: "pick" | "prompt" | "draw" | "repair" | "review";
}

/** In the order of the rail; a rule stands between two groups. */
export const TOOLS: readonly ToolEntry[] = [
  {
    ...{ name: "select", title: "Select", key: "V", group: "pick" },
    what: "Select (Shift-click: several)",
  },
  {
    ...{ name: "move", title: "Move", key: "M", group: "pick" },
    what: "Move a mask by dragging or by arrow keys",
  },
  {
    ...{ name: "point", title: "Points", key: "P", group: "prompt" },
    what: "Points: click the object, Alt-click or right-click beside it; drag one to move it",
  },
  {
    ...{ name: "box", title: "Box", key: "B", group: "prompt" },
    what: "Box: drag around the object",
  },
  {
    ...{ name: "scribble", title: "Scribble", key: "Z", group: "prompt" },
    what: "Scribble: points along a stroke (Alt: beside the object)",
  },
  { name: "brush", title: "Brush", key: "D", group: "draw", what: "Brush (Alt erases)" },
  { name: "eraser", title: "Eraser", key: "E", group: "draw", what: "Eraser" },
  {
    ...{ name: "lasso", title: "Lasso", key: "L", group: "draw" },
    what: "Lasso: add what a line goes around (Alt takes away)",
  },
  {
    ...{ name: "polygon", title: "Polygon", key: "Y", group: "draw" },
    what: "Polygon: add by corners (begun with Alt: take away)",
  },
  {
    ...{ name: "outline", title: "Corners", key: "O", group: "repair" },
    what: "Corners: the mask as a polygon to pull at",
  },
  {
    ...{ name: "fill", title: "Fill a hole", key: "I", group: "repair" },
    what: "Fill the hole under the click (Alt: clear the piece)",
  },
  {
    ...{ name: "split", title: "Split", key: "C", group: "repair" },
    what: "Split a mask along a line (Shift: straight)",
  },
  {
    ...{ name: "comment", title: "Comment", key: "T", group: "review" },
    what: "Comment: click a place, or the selected mask",
  },
];

/** The tools that change no mask: they work on an image that can only be looked at, too. */
export const IN_ANY_IMAGE: readonly ToolName[] = ["select", "comment"];

/** Under which a tool's changed key is kept. */
export const toolId = (name: ToolName): string => `tool.${name}`;
