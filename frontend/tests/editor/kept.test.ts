import { describe, expect, test } from "vitest";
import { keepSwitch } from "@/editor/kept";
import { Signal } from "@/editor/signal";

function shelf(text: string | null = null) {
  let kept = text;
  return {
    getItem: () => kept,
    setItem: (_: string, value: string) => {
      kept = value;
    },
  };
}

describe("a switch", () => {
  test("is found on the next image as it was left on the last", () => {
    const storage = shelf();
    const [first, second] = [new Signal(true), new Signal(true)];
    const stop = keepSwitch(first, "a", storage);
    first.set(false);
    stop();
    first.set(true);
    keepSwitch(second, "a", storage);

    expect(second.get()).toBe(false);
  });

  test.each([null, "", "{", "0", '"false"', "null", "{}"])(
    "stays as it is by default at %j",
    (text) => {
      const isOn = new Signal(true);
      keepSwitch(isOn, "a", shelf(text));

      expect(isOn.get()).toBe(true);
    },
  );
});
