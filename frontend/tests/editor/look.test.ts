import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CHANNELS,
  channelMatrix,
  gammaExponent,
  imageFilter,
  keepLook,
  type Look,
  PLAIN_LOOK,
  parseLook,
  toggleChannel,
} from "@/editor/look";
import { Signal } from "@/editor/signal";

test("a look comes back as it was left", () => {
  const look: Look = {
    ...PLAIN_LOOK,
    ...{ fill: 0.6, colourBy: "object", contrast: 1.4, gamma: 2.2, channels: ["red", "green"] },
    ...{ hasMinimap: false, hasPixelGrid: false },
  };

  expect(parseLook(JSON.stringify(look))).toEqual(look);
});

test("a look comes along to the next image", () => {
  const kept = new Map<string, string>();
  const device = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
  const [first, second] = [new Signal(PLAIN_LOOK), new Signal(PLAIN_LOOK)];
  const leave = keepLook(first, device);
  first.set({ ...PLAIN_LOOK, gamma: 2 });
  leave();
  first.set(PLAIN_LOOK); // nobody looks at the image that was left
  keepLook(second, device);

  expect(second.get().gamma).toBe(2);
});

test("whatever is found instead of a look is a look that can be drawn", () => {
  const anything = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.json(),
    fc
      .record({
        ...{ fill: fc.jsonValue(), colourBy: fc.jsonValue(), contrast: fc.jsonValue() },
        ...{ gamma: fc.oneof(fc.double(), fc.jsonValue()), channel: fc.jsonValue() },
        channels: fc.oneof(fc.array(fc.constantFrom("red", "blue", "infrared")), fc.jsonValue()),
      })
      .map((made) => JSON.stringify(made)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const { fill, brightness, contrast, colourBy, gamma, channels } = parseLook(text);
      expect(fill >= 0 && fill <= 1 && brightness >= 0 && contrast >= 0).toBe(true);
      expect(gamma > 0 && gamma <= 4).toBe(true);
      expect(["label", "object"]).toContain(colourBy);
      expect(channels.length).toBeGreaterThan(0);
      expect(channels).toEqual(CHANNELS.filter((each) => channels.includes(each)));
    }),
    { seed: 90 },
  );
});

test("the plain look leaves the image to the browser as it is", () => {
  expect(imageFilter(PLAIN_LOOK)).toBe("none");
  expect(imageFilter({ ...PLAIN_LOOK, brightness: 1.5 })).toBe("brightness(1.5) contrast(1)");
});

test("only gamma and some channels without the others ask for an SVG filter", () => {
  expect(imageFilter({ ...PLAIN_LOOK, gamma: 2 }, "look-1")).toBe("url(#look-1)");
  expect(imageFilter({ ...PLAIN_LOOK, channels: ["red"], contrast: 2 }, "look-1")).toBe(
    "url(#look-1) brightness(1) contrast(2)",
  );
  expect(channelMatrix(PLAIN_LOOK)).toBeNull();
  expect(gammaExponent(PLAIN_LOOK)).toBeNull();
});

test("a gamma above one lifts the dark parts", () => {
  expect(0.25 ** (gammaExponent({ ...PLAIN_LOOK, gamma: 2 }) ?? 1)).toBeCloseTo(0.5);
});

describe("the channels", () => {
  test("are shown one alone in grey, several in their colours", () => {
    expect(shown(["green"])).toEqual([0.7, 0.7, 0.7, 1]);
    expect(shown(["red", "green"])).toEqual([0.2, 0.7, 0, 1]);
    expect(shown(["red", "blue"])).toEqual([0.2, 0, 0.4, 1]);
  });

  test("are switched on and off each by itself, but for the last that is on", () => {
    const two = toggleChannel(PLAIN_LOOK, "blue");
    const one = toggleChannel(two, "red");

    expect([two.channels, one.channels]).toEqual([["red", "green"], ["green"]]);
    expect(toggleChannel(one, "green")).toBe(one);
    expect(toggleChannel(toggleChannel(one, "blue"), "red").channels).toEqual(CHANNELS);
  });

  test("that an earlier page kept by one name are read as they were meant", () => {
    const kept = (channel: string) => parseLook(JSON.stringify({ channel })).channels;

    expect([kept("green"), kept("all")]).toEqual([["green"], CHANNELS]);
  });
});

/** What a pixel of 0.2, 0.7 and 0.4 looks like, with its opacity. */
function shown(channels: Look["channels"]): number[] {
  const matrix = channelMatrix({ ...PLAIN_LOOK, channels }) ?? [];
  const pixel = [0.2, 0.7, 0.4, 1, 1];
  return [0, 1, 2, 3].map((row) =>
    matrix
      .slice(5 * row, 5 * row + 5)
      .reduce((sum, weight, index) => sum + weight * (pixel[index] ?? 0), 0),
  );
}
