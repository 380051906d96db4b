/** How masks and image are drawn. It changes what is seen, never what is saved. */

import { clamp } from "@/editor/geometry";
import { fieldsOf, readKept } from "@/editor/kept";

export interface Look {
  readonly fill: number; // opacity of the inside of a mask, from 0 to 1
  readonly isOutlineOnly: boolean;
  readonly colourBy: "label" | "object";
  readonly brightness: number; // 1 leaves the image as it is
  readonly contrast: number;
  readonly gamma: number; // above 1 lifts the dark parts
  readonly channel: Channel;
  readonly hasMinimap: boolean; // while the image is larger than the stage
  readonly hasPixelGrid: boolean; // while single pixels are large
}

/** One channel is shown in grey, as microscopes record it. */
export type Channel = "all" | "red" | "green" | "blue";

export const PLAIN_LOOK: Look = {
  fill: 0.28,
  isOutlineOnly: false,
  colourBy: "label",
  brightness: 1,
  contrast: 1,
  gamma: 1,
  channel: "all",
  hasMinimap: true,
  hasPixelGrid: true,
};

export const CHANNELS: readonly Channel[] = ["all", "red", "green", "blue"];
export const BRIGHTEST = 3; // of brightness and contrast
export const STEEPEST = 4; // gamma, and its inverse

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseLook(text: string | null): Look {
  const found: Partial<Record<keyof Look, unknown>> = fieldsOf(readKept(text));
  const number = (value: unknown, plain: number, most: number, least = 0): number =>
    typeof value === "number" && Number.isFinite(value) ? clamp(value, least, most) : plain;
  return {
    fill: number(found.fill, PLAIN_LOOK.fill, 1),
    isOutlineOnly: found.isOutlineOnly === true,
    colourBy: found.colourBy === "object" ? "object" : "label",
    brightness: number(found.brightness, PLAIN_LOOK.brightness, BRIGHTEST),
    contrast: number(found.contrast, PLAIN_LOOK.contrast, BRIGHTEST),
    gamma: number(found.gamma, PLAIN_LOOK.gamma, STEEPEST, 1 / STEEPEST),
    channel: CHANNELS.find((channel) => channel === found.channel) ?? "all",
    hasMinimap: found.hasMinimap !== false,
    hasPixelGrid: found.hasPixelGrid !== false,
  };
}

/** The CSS filter of the image's canvas; none for the image as it is. `svg` is the SVG filter's id. */
export function imageFilter(look: Look, svg = ""): string {
  const { brightness, contrast } = look;
  const needsSvg = channelMatrix(look) !== null || gammaExponent(look) !== null;
  const parts = [
    needsSvg && `url(#${svg})`,
    !(brightness === 1 && contrast === 1) && `brightness(${brightness}) contrast(${contrast})`,
  ].filter(Boolean);
  return parts.length === 0 ? "none" : parts.join(" ");
}

const ROWS = {
  red: [1, 0, 0, 0, 0],
  green: [0, 1, 0, 0, 0],
  blue: [0, 0, 1, 0, 0],
} as const;

/** The 4 x 5 colour matrix, row by row, that shows one channel in grey; null for all of them. */
export function channelMatrix({ channel }: Look): readonly number[] | null {
  if (channel === "all") return null;
  const grey = ROWS[channel];
  return [...grey, ...grey, ...grey, 0, 0, 0, 1, 0];
}

/** What each value from 0 to 1 is raised to; null where that changes nothing. */
export function gammaExponent({ gamma }: Look): number | null {
  return gamma === 1 ? null : 1 / gamma;
}
