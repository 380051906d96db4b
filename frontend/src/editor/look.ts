/** How masks and image are drawn. It changes what is seen, never what is saved. */

import { clamp } from "@/editor/geometry";

export interface Look {
  readonly fill: number; // opacity of the inside of a mask, from 0 to 1
  readonly isOutlineOnly: boolean;
  readonly colourBy: "label" | "object";
  readonly brightness: number; // 1 leaves the image as it is
  readonly contrast: number;
}

export const PLAIN_LOOK: Look = {
  fill: 0.28,
  isOutlineOnly: false,
  colourBy: "label",
  brightness: 1,
  contrast: 1,
};

export const BRIGHTEST = 3; // of brightness and contrast

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseLook(text: string | null): Look {
  let read: unknown;
  try {
    read = JSON.parse(text ?? "{}");
  } catch {
    return PLAIN_LOOK;
  }
  const found = (typeof read === "object" ? read : null) as Partial<Look> | null;
  const number = (value: unknown, plain: number, most: number): number =>
    typeof value === "number" && Number.isFinite(value) ? clamp(value, 0, most) : plain;
  return {
    fill: number(found?.fill, PLAIN_LOOK.fill, 1),
    isOutlineOnly: found?.isOutlineOnly === true,
    colourBy: found?.colourBy === "object" ? "object" : "label",
    brightness: number(found?.brightness, PLAIN_LOOK.brightness, BRIGHTEST),
    contrast: number(found?.contrast, PLAIN_LOOK.contrast, BRIGHTEST),
  };
}

/** The CSS filter of the image's canvas; none for the image as it is. */
export function imageFilter({ brightness, contrast }: Look): string {
  return brightness === 1 && contrast === 1
    ? "none"
    : `brightness(${brightness}) contrast(${contrast})`;
}
