/** The pixels of the tour's image. */

import { DISCS, type Disc, MISSED, SHADOW_FROM, SIZE_HW } from "./sample";

const GROUND = ["#38465a", "#232c3a"] as const;
const SHADOW = "#5c4a3d";

export function drawSample(): Promise<ImageBitmap> {
  const canvas = document.createElement("canvas");
  [canvas.height, canvas.width] = SIZE_HW;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("This browser draws no canvas.");
  const ground = context.createLinearGradient(0, 0, canvas.width, canvas.height);
  for (const [at, colour] of GROUND.entries()) ground.addColorStop(at, colour);
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const disc of DISCS) drawDisc(context, disc);
  return createImageBitmap(canvas);
}

function drawDisc(context: CanvasRenderingContext2D, disc: Disc): void {
  const { x, y, radius, colour } = disc;
  context.save();
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.clip();
  context.fillStyle = colour;
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
  if (disc === MISSED) {
    context.translate(x, y);
    context.rotate(Math.PI / 4); // the shadow lies at the lower right
    context.fillStyle = SHADOW;
    context.fillRect(SHADOW_FROM * radius, -radius, radius, 2 * radius);
  }
  context.restore();
}
