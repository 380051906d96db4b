/** The part of an image that a small picture shows. */

import { type Area, type Box, clamp } from "@/editor/geometry";

export interface Window {
  readonly x: number; // image pixels
  readonly y: number;
  readonly scale: number; // canvas pixels for each image pixel
}

/** How much is shown around a box. */
export interface Surroundings {
  readonly factor: number; // what is shown is this much larger than the box
  readonly least_px: number; // of the image, to each side
}

/** Show all of the image. */
export function wholeWindow(canvas: Area, image: Area): Window {
  const scale = Math.min(canvas.width / image.width, canvas.height / image.height);
  return {
    scale,
    x: (image.width - canvas.width / scale) / 2,
    y: (image.height - canvas.height / scale) / 2,
  };
}

/** Show a box in its surroundings, inside the image where it can be. */
export function nearWindow(
  canvas: Area,
  image: Area,
  box: Box,
  { factor, least_px }: Surroundings,
): Window {
  const width = Math.max((box.x1 - box.x0) * factor, least_px);
  const height = Math.max((box.y1 - box.y0) * factor, least_px);
  const scale = Math.max(
    Math.min(canvas.width / width, canvas.height / height),
    wholeWindow(canvas, image).scale,
  );
  const corner = (from: number, to: number, room: number, side: number): number =>
    clamp((from + to - room / scale) / 2, 0, side - room / scale);
  return {
    scale,
    x: corner(box.x0, box.x1, canvas.width, image.width),
    y: corner(box.y0, box.y1, canvas.height, image.height),
  };
}
