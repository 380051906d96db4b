/** Prompts as they are drawn on any picture: points with their sign, boxes as dashed lines. */

import { toScreen, type View } from "@/editor/geometry";
import type { Prompt } from "@/editor/operations";
import type { Context } from "@/editor/render/layer";

const [LIGHT, DARK] = ["#ffffff", "#17191f"] as const;
const SIGN_SHARE = 0.46; // of a point's radius

/** Draw a prompt. `context` draws in CSS pixels; `radius_px` is a point's, and lines go with it. */
export function drawPrompt(context: Context, prompt: Prompt, view: View, radius_px: number): void {
  context.setLineDash([]);
  context.lineWidth = Math.max(0.22 * radius_px, 1);
  if (prompt.kind === "box") drawBox(context, prompt.box_xyxy, view, 0.6 * radius_px);
  else drawPoint(context, prompt, view, radius_px);
}

function drawBox(
  context: Context,
  [x0, y0, x1, y1]: readonly [number, number, number, number],
  view: View,
  dash_px: number,
): void {
  const from = toScreen(view, { x: x0, y: y0 });
  const to = toScreen(view, { x: x1, y: y1 });
  const sides = [from.x, from.y, to.x - from.x, to.y - from.y] as const;
  context.strokeStyle = DARK;
  context.strokeRect(...sides);
  context.setLineDash([dash_px, dash_px]);
  context.strokeStyle = LIGHT;
  context.strokeRect(...sides);
  context.setLineDash([]);
}

/** The object's points and those beside it are told apart by sign and shade, not by colour alone. */
function drawPoint(
  context: Context,
  { xy: [x, y], label }: Extract<Prompt, { kind: "point" }>,
  view: View,
  radius_px: number,
): void {
  const at = toScreen(view, { x, y });
  const arm_px = SIGN_SHARE * radius_px;
  context.beginPath();
  context.arc(at.x, at.y, radius_px, 0, 2 * Math.PI);
  context.fillStyle = label === 0 ? DARK : LIGHT;
  context.fill();
  context.strokeStyle = label === 0 ? LIGHT : DARK;
  context.stroke();
  context.beginPath();
  context.moveTo(at.x - arm_px, at.y);
  context.lineTo(at.x + arm_px, at.y);
  if (label !== 0) {
    context.moveTo(at.x, at.y - arm_px);
    context.lineTo(at.x, at.y + arm_px);
  }
  context.stroke();
}
