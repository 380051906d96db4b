import { describe, expect, test } from "vitest";
import { ariaKeys, chordOf, isChord, keysOf, labelsOf, refusalOf } from "@/commands/chord";
import { press } from "./press";

const ctrl = { ctrlKey: true };
const shift = { shiftKey: true };

describe("a chord", () => {
  test("is the same with the caps lock on", () => {
    expect([chordOf(press("d")), chordOf(press("D"))]).toEqual(["D", "D"]);
  });

  test("has Ctrl for Command, and Shift after it", () => {
    expect(chordOf(press("z", { metaKey: true }))).toBe("Ctrl+Z");
    expect(chordOf(press("Z", { ...ctrl, ...shift }))).toBe("Ctrl+Shift+Z");
  });

  test("has no Shift where a keyboard needs it to type a sign", () => {
    expect(chordOf(press("?", shift))).toBe("?");
    expect(chordOf(press("+", shift))).toBe("+");
    expect(chordOf(press("+", { ...shift, ...ctrl }))).toBe("Ctrl++");
  });

  test("knows a digit by its place, also where Shift is needed for it", () => {
    expect(chordOf(press("&", { code: "Digit1" }))).toBe("1");
    expect(chordOf(press("1", { code: "Digit1", ...shift }))).toBe("Shift+1");
    expect(chordOf(press("7", { code: "Numpad7" }))).toBe("7");
  });

  test("is of the key in the same place where the alphabet is another", () => {
    expect(chordOf(press("в", { code: "KeyD" }))).toBe("D");
  });

  test("is the sign alone where AltGr types it", () => {
    const getModifierState = (key: string) => key === "AltGraph";
    const held = { code: "Digit8", ctrlKey: true, altKey: true, getModifierState };
    expect(chordOf(press("[", held))).toBe("[");
  });

  test("is none of a modifier alone", () => {
    expect(["Shift", "Control", "Alt", "Meta", "Dead"].map((key) => chordOf(press(key)))).toEqual(
      Array(5).fill(null),
    );
  });

  test("is taken apart and shown", () => {
    expect(keysOf("Ctrl++")).toEqual(["Ctrl", "+"]);
    expect(labelsOf("Shift+ArrowLeft")).toEqual(["Shift", "←"]);
    expect(labelsOf("Ctrl+K", true)).toEqual(["⌘", "K"]);
    expect(ariaKeys("Ctrl+Shift+Z")).toBe("Control+Shift+Z");
  });

  test("that has its meaning is given to no command", () => {
    for (const chord of ["1", "Shift+0", "Escape", "Enter", "Space", "ArrowUp", "Ctrl+W", "F5"]) {
      expect(refusalOf(chord), chord).not.toBeNull();
    }
    for (const chord of ["B", "Shift+B", "Ctrl+B", "Alt+1", ".", "Tab", "PageDown"]) {
      expect(isChord(chord) && refusalOf(chord) === null, chord).toBe(chord !== "Alt+1");
    }
  });

  test("is not just any text", () => {
    for (const text of ["", "Shift+", "nonsense here", " ", 7, null])
      expect(isChord(text)).toBe(false);
  });
});
