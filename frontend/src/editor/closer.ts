/**
 * What the prompts of one object get: a mask decoded in the whole image and, if it is small or told
 * to be, once more through the window that shows it best. As engine/segmentation/clicking.py has it.
 */

import type { DecodePrompts } from "@/editor/draft";
import { type Box, type SizeHW, type Window, wholeOf } from "@/editor/geometry";
import { maskFromRuns } from "@/editor/mask";
import type { Prompt } from "@/editor/operations";
import type { Decoded } from "@/editor/sam";
import {
  chooseWindow,
  hasAll,
  isNarrower,
  isSame,
  logitsThrough,
  marginOf,
  windowTold,
} from "@/editor/windows";

/** Decode prompts of the image through one of its windows; the whole is one of them. */
export type DecodeThrough = (
  window: Window,
  prompts: readonly Prompt[],
  previous: Float32Array | null,
) => Promise<Decoded | null>;

export function decodeCloser(
  size_hw: SizeHW,
  windowsNow: () => readonly Window[],
  decode: DecodeThrough,
): DecodePrompts {
  const whole = wholeOf(size_hw);
  const over = new WeakMap<Float32Array, Window>(); // where logits lie; all others over the whole

  const through: DecodeThrough = async (window, prompts, previous) => {
    const lay = previous === null ? window : (over.get(previous) ?? whole);
    const seen =
      previous === null || isSame(lay, window) ? previous : logitsThrough(previous, lay, window);
    const decoded = await decode(window, prompts, seen);
    if (decoded === null) return null;
    if (!isSame(window, whole)) {
      over.set(decoded.mask.logits, window);
      void decoded.others.then((others) => {
        for (const other of others) over.set(other.logits, window);
      });
    }
    return decoded;
  };

  /** Null where a window has cut something off, or cannot be had. */
  const fine: DecodeThrough = async (window, prompts, previous) => {
    const decoded = await through(window, prompts, previous).catch(() => null);
    const box = decoded && boxOf(decoded, size_hw);
    return box !== null && marginOf(window, box, size_hw) > 0 ? decoded : null;
  };

  const firstOf = async (
    windows: readonly Window[],
    prompts: readonly Prompt[],
    previous: Float32Array | null,
  ): Promise<Decoded | null> => {
    for (const window of windows) {
      const decoded = await fine(window, prompts, previous);
      if (decoded !== null) return decoded;
    }
    return null;
  };

  return async (prompts, previous) => {
    const lay = previous === null ? whole : (over.get(previous) ?? whole);
    const isBegun = !isSame(lay, whole) && hasAll(lay, prompts);
    const begun = isBegun ? await fine(lay, prompts, previous) : null;
    const answer = begun ?? (await through(whole, prompts, previous));
    if (answer === null) return null;
    const told = windowTold(prompts, size_hw, windowsNow());
    const box = begun === null ? boxOf(answer, size_hw) : null;
    const shown = box && chooseWindow(box, size_hw, windowsNow());
    const better = [told !== null && isNarrower(told, isBegun ? lay : whole) ? told : null, shown]
      .filter((window) => window !== null)
      .filter((window) => hasAll(window, prompts));
    if (better.length === 0) return answer;
    return { ...answer, closer: () => firstOf(better, prompts, previous) };
  };
}

function boxOf({ mask }: Decoded, size_hw: SizeHW): Box | null {
  return maskFromRuns(size_hw, mask.runs).box;
}
