/** The tools by their names and keys: one table for the rail, the keys and the hint. */

import type { ToolName } from "@/editor/tools/tool";

export interface ToolEntry {
  readonly name: ToolName;
  readonly title: string;
  readonly keys: readonly string[];
  readonly what: string;
  readonly group: "pick" | "prompt" | "draw" | "repair";
}

/** In the order of the rail; a rule stands between two groups. */
export const TOOLS: readonly ToolEntry[] = [
  {
    ...{ name: "select", title: "Select", keys: ["V"], group: "pick" },
    what: "Select (Shift-click: several)",
  },
  {
    ...{ name: "move", title: "Move", keys: ["M"], group: "pick" },
    what: "Move a mask by dragging or by arrow keys",
  },
  {
    ...{ name: "point", title: "Points", keys: ["P"], group: "prompt" },
    what: "Points: click the object, Alt-click or right-click beside it; drag one to move it",
  },
  {
    ...{ name: "box", title: "Box", keys: ["B"], group: "prompt" },
    what: "Box: drag around the object",
  },
  {
    ...{ name: "scribble", title: "Scribble", keys: ["S"], group: "prompt" },
    what: "Scribble: points along a stroke (Alt: beside the object)",
  },
  { name: "brush", title: "Brush", keys: ["D"], group: "draw", what: "Brush (Alt erases)" },
  { name: "eraser", title: "Eraser", keys: ["E"], group: "draw", what: "Eraser" },
  {
    ...{ name: "lasso", title: "Lasso", keys: ["L"], group: "draw" },
    what: "Lasso: add what a line goes around (Alt takes away)",
  },
  {
    ...{ name: "polygon", title: "Polygon", keys: ["Y"], group: "draw" },
    what: "Polygon: add by corners (begun with Alt: take away)",
  },
  {
    ...{ name: "outline", title: "Corners", keys: ["O"], group: "repair" },
    what: "Corners: the mask as a polygon to pull at",
  },
  {
    ...{ name: "fill", title: "Fill a hole", keys: ["I"], group: "repair" },
    what: "Fill the hole under the click (Alt: clear the piece)",
  },
  {
    ...{ name: "split", title: "Split", keys: ["C"], group: "repair" },
    what: "Split a mask along a line (Shift: straight)",
  },
];
