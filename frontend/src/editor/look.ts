/** How masks and image are drawn. It changes what is seen, never what is saved. */

import { clamp } from "@/editor/geometry";
import { fieldsOf, readKept } from "@/editor/kept";
import type { Signal } from "@/editor/signal";

export interface Look {
  readonly fill: number; // opacity of the inside of a mask, from 0 to 1
  readonly isOutlineOnly: boolean;
  readonly colourBy: "label" | "object";
  readonly brightness: number; // 1 leaves the image as it is
  readonly contrast: number;
  readonly gamma: number; // above 1 lifts the dark parts
  readonly channels: readonly Channel[]; // that are shown, at least one
  readonly hasMinimap: boolean; // while the image is larger than the stage
  readonly hasPixelGrid: boolean; // while single pixels are large
}

/** One alone is shown in grey, as microscopes record it; several in their colours. */
export type Channel = "red" | "green" | "blue";
export const CHANNELS: readonly Channel[] = ["red", "green", "blue"];

export const PLAIN_LOOK: Look = {
  fill: 0.28,
  isOutlineOnly: false,
  colourBy: "label",
  brightness: 1,
  contrast: 1,
  gamma: 1,
  channels: CHANNELS,
  hasMinimap: true,
  hasPixelGrid: true,
};

export const BRIGHTEST = 3; // of brightness and contrast
export const STEEPEST = 4; // gamma, and its inverse

const KEPT_AS = "anneal-look";

/** Begin as it was left, and keep what is changed from now on. Returns how to stop. */
export function keepLook(
  look: Signal<Look>,
  storage: Pick<Storage, "getItem" | "setItem">,
): () => void {
  look.set(parseLook(storage.getItem(KEPT_AS)));
  return look.subscribe(() => storage.setItem(KEPT_AS, JSON.stringify(look.get())));
}

/** Read what an earlier page wrote; whatever makes no sense is as it is by default. */
export function parseLook(text: string | null): Look {
  const kept = fieldsOf(readKept(text));
  const found: Partial<Record<keyof Look, unknown>> = kept;
  const number = (value: unknown, plain: number, most: number, least = 0): number =>
    typeof value === "number" && Number.isFinite(value) ? clamp(value, least, most) : plain;
  return {
    fill: number(found.fill, PLAIN_LOOK.fill, 1),
    isOutlineOnly: found.isOutlineOnly === true,
    colourBy: found.colourBy === "object" ? "object" : "label",
    brightness: number(found.brightness, PLAIN_LOOK.brightness, BRIGHTEST),
    contrast: number(found.contrast, PLAIN_LOOK.contrast, BRIGHTEST),
    gamma: number(found.gamma, PLAIN_LOOK.gamma, STEEPEST, 1 / STEEPEST),
    channels: channelsOf(kept),
    hasMinimap: found.hasMinimap !== false,
    hasPixelGrid: found.hasPixelGrid !== false,
  };
}

/** Those that are shown; earlier pages kept the name of the only one, or "all". */
function channelsOf({ channels, channel }: Readonly<Record<string, unknown>>): readonly Channel[] {
  const named: readonly unknown[] = Array.isArray(channels) ? channels : [channel];
  const shown = CHANNELS.filter((each) => named.includes(each));
  return shown.length === 0 ? CHANNELS : shown;
}

/** Show a channel, or hide it. The last one stays: without it nothing would be seen. */
export function toggleChannel(look: Look, channel: Channel): Look {
  const channels = CHANNELS.filter((each) => look.channels.includes(each) !== (each === channel));
  return channels.length === 0 ? look : { ...look, channels };
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

const ROWS: Readonly<Record<Channel, readonly number[]>> = {
  red: [1, 0, 0, 0, 0],
  green: [0, 1, 0, 0, 0],
  blue: [0, 0, 1, 0, 0],
};
const DARK = [0, 0, 0, 0, 0];

/** The 4 x 5 colour matrix, row by row, that shows some channels alone; null for all of them. */
export function channelMatrix({ channels }: Look): readonly number[] | null {
  if (channels.length === CHANNELS.length) return null;
  const [only] = channels.length === 1 ? channels : [];
  const rows = CHANNELS.map((each) => {
    const shown = only ?? each;
    return channels.includes(shown) ? ROWS[shown] : DARK;
  });
  return [...rows.flat(), 0, 0, 0, 1, 0];
}

/** What each value from 0 to 1 is raised to; null where that changes nothing. */
export function gammaExponent({ gamma }: Look): number | null {
  return gamma === 1 ? null : 1 / gamma;
}
