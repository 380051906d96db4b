/** Strokes and lines in the making. */

import type { ImagePoint, View } from "@/editor/geometry";
import type { Ring } from "@/editor/outline";
import type { Context } from "@/editor/render/layer";
import { radiusAt, type Stroke } from "@/editor/stroke";
import type { Sketch } from "@/editor/tools/tool";

const CORNER_PX = 3.5;

/** Draw a stroke in image pixels, as wide as the pen pressed. */
export function drawStroke(context: Context, stroke: Stroke): void {
  const { points } = stroke;
  const [first] = points;
  if (first === undefined) return;
  if (stroke.radii_px === undefined) {
    context.lineWidth = 2 * stroke.radius_px;
    context.beginPath();
    context.moveTo(first.x, first.y);
    context.lineTo(first.x + 0.01, first.y); // a point alone is a dot
    for (const { x, y } of points) context.lineTo(x, y);
    context.stroke();
    return;
  }
  for (let index = 0; index < points.length; index += 1) {
    const from = points[Math.max(index - 1, 0)] as ImagePoint;
    const to = points[index] as ImagePoint;
    context.lineWidth = 2 * radiusAt(stroke, index);
    context.beginPath();
    context.moveTo(from.x, from.y);
    context.lineTo(to.x + 0.01, to.y);
    context.stroke();
  }
}

/** Draw a line in CSS pixels: whole when it adds, dashed when it takes away. */
export function drawSketch(context: Context, sketch: Sketch, view: View): void {
  const path = new Path2D();
  for (const line of sketch.lines) addLine(path, line, view, sketch.isClosed);
  context.setLineDash([]);
  context.lineWidth = 3;
  context.strokeStyle = "#0b0d1099";
  context.stroke(path);
  if (sketch.value === 0) context.setLineDash([5, 4]);
  context.lineWidth = 1.5;
  context.strokeStyle = "#ffffff";
  context.stroke(path);
  context.setLineDash([]);
  if (!sketch.hasCorners) return;
  for (const line of sketch.lines) drawCorners(context, line, view);
}

function addLine(path: Path2D, line: Ring, view: View, isClosed: boolean): void {
  for (let at = 0; at < line.length; at += 2) {
    const x = (line[at] as number) * view.scale + view.x;
    const y = (line[at + 1] as number) * view.scale + view.y;
    if (at === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  }
  if (isClosed) path.closePath();
}

function drawCorners(context: Context, line: Ring, view: View): void {
  context.lineWidth = 1;
  context.fillStyle = "#ffffff";
  context.strokeStyle = "#17191f";
  for (let at = 0; at < line.length; at += 2) {
    const x = (line[at] as number) * view.scale + view.x;
    const y = (line[at + 1] as number) * view.scale + view.y;
    context.beginPath();
    context.rect(x - CORNER_PX, y - CORNER_PX, 2 * CORNER_PX, 2 * CORNER_PX);
    context.fill();
    context.stroke();
  }
}
