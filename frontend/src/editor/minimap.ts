/** The arithmetic of a small picture of the whole image with the frame of what is in view. */

import { type Area, clamp, type ImagePoint, panBy, type View } from "@/editor/geometry";

export const LARGEST: Area = { width: 168, height: 126 }; // CSS pixels
const BEYOND_FIT = 1.05; // nearer than this there is something out of view to find

/** Map pixels to one image pixel. */
export function mapScale(image: Area): number {
  return Math.min(LARGEST.width / image.width, LARGEST.height / image.height);
}

export function isBeyondFit(view: View, fitted: View): boolean {
  return view.scale > fitted.scale * BEYOND_FIT;
}

export interface Frame extends Area {
  readonly left: number;
  readonly top: number;
}

/** What of the image the stage shows, in map pixels. */
export function frameOf(view: View, stage: Area, image: Area, scale: number): Frame {
  const span = (offset: number, room: number, side: number): [from: number, to: number] => [
    clamp(-offset / view.scale, 0, side) * scale,
    clamp((room - offset) / view.scale, 0, side) * scale,
  ];
  const [left, right] = span(view.x, stage.width, image.width);
  const [top, bottom] = span(view.y, stage.height, image.height);
  return { left, top, width: right - left, height: bottom - top };
}

/** The image point in the middle of the stage. */
export function centreOf(view: View, stage: Area): ImagePoint {
  return {
    x: (stage.width / 2 - view.x) / view.scale,
    y: (stage.height / 2 - view.y) / view.scale,
  };
}

/** The same scale with another image point in the middle of the stage. */
export function centredOn(at: ImagePoint, view: View, stage: Area, image: Area): View {
  const now = centreOf(view, stage);
  const dx = (now.x - at.x) * view.scale;
  const dy = (now.y - at.y) * view.scale;
  return panBy(view, dx, dy, stage, image);
}
