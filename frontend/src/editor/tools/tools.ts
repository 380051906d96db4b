/** The tools of an editor, one of each. */

import { BoxTool } from "@/editor/tools/box-tool";
import { BrushTool } from "@/editor/tools/brush-tool";
import { CommentTool } from "@/editor/tools/comment-tool";
import { EraserTool } from "@/editor/tools/eraser-tool";
import { FillTool } from "@/editor/tools/fill-tool";
import { LassoTool } from "@/editor/tools/lasso-tool";
import { MoveTool } from "@/editor/tools/move-tool";
import { OutlineTool } from "@/editor/tools/outline-tool";
import { PointTool } from "@/editor/tools/point-tool";
import { PolygonTool } from "@/editor/tools/polygon-tool";
import { ScribbleTool } from "@/editor/tools/scribble-tool";
import { SelectTool } from "@/editor/tools/select-tool";
import { SplitTool } from "@/editor/tools/split-tool";
import type { Desk, Tool, ToolName } from "@/editor/tools/tool";

export function makeTools(desk: Desk): Record<ToolName, Tool> {
  return {
    select: new SelectTool(desk),
    move: new MoveTool(desk),
    point: new PointTool(desk),
    box: new BoxTool(desk),
    scribble: new ScribbleTool(desk),
    brush: new BrushTool(desk),
    eraser: new EraserTool(desk),
    polygon: new PolygonTool(desk),
    lasso: new LassoTool(desk),
    outline: new OutlineTool(desk),
    fill: new FillTool(desk),
    split: new SplitTool(desk),
    comment: new CommentTool(desk),
  };
}
