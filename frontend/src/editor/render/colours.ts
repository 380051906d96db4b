/** Colours that people with any colour vision tell apart, on photographs. */

/** Okabe and Ito's palette (jfly.uni-koeln.de/color) without black, brightened by Tol's. */
export const INSTANCE_COLOURS = [
  "#56b4e9",
  "#e69f00",
  "#00c48f",
  "#f0e442",
  "#e377b8",
  "#ff7a33",
  "#4f8dff",
  "#b3de69",
] as const;

/** Of the first person's set and of another's, where two people did one image. */
export const SET_COLOURS = ["#56b4e9", "#ff7a33"] as const;

/** Of the part of a mask that came, and of the part that went. */
export const CHANGE_COLOURS = { added: "#56b4e9", removed: "#ff7a33" } as const;

/** The same colour for the same object, on every screen. */
export function instanceColour(id: string): string {
  let hash = 0;
  for (let at = 0; at < id.length; at += 1) hash = (hash * 31 + id.charCodeAt(at)) | 0;
  return INSTANCE_COLOURS[Math.abs(hash) % INSTANCE_COLOURS.length] as string;
}

/** The colour with an opacity from 0 to 1. */
export function withAlpha(colour: string, alpha: number): string {
  const byte = Math.round(Math.min(Math.max(alpha, 0), 1) * 255);
  return `${colour}${byte.toString(16).padStart(2, "0")}`;
}
