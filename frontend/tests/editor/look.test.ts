import fc from "fast-check";
import { expect, test } from "vitest";
import { channelMatrix, gammaExponent, imageFilter, PLAIN_LOOK, parseLook } from "@/editor/look";

test("a look comes back as it was left", () => {
  const look = {
    ...PLAIN_LOOK,
    ...{ fill: 0.6, colourBy: "object", contrast: 1.4, gamma: 2.2, channel: "green" },
    ...{ hasMinimap: false, hasPixelGrid: false },
  } as const;

  expect(parseLook(JSON.stringify(look))).toEqual(look);
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
      })
      .map((made) => JSON.stringify(made)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const { fill, brightness, contrast, colourBy, gamma, channel } = parseLook(text);
      expect(fill >= 0 && fill <= 1 && brightness >= 0 && contrast >= 0).toBe(true);
      expect(gamma > 0 && gamma <= 4).toBe(true);
      expect(["label", "object"]).toContain(colourBy);
      expect(["all", "red", "green", "blue"]).toContain(channel);
    }),
    { seed: 90 },
  );
});

test("the plain look leaves the image to the browser as it is", () => {
  expect(imageFilter(PLAIN_LOOK)).toBe("none");
  expect(imageFilter({ ...PLAIN_LOOK, brightness: 1.5 })).toBe("brightness(1.5) contrast(1)");
});

test("only gamma and a single channel ask for an SVG filter", () => {
  expect(imageFilter({ ...PLAIN_LOOK, gamma: 2 }, "look-1")).toBe("url(#look-1)");
  expect(imageFilter({ ...PLAIN_LOOK, channel: "red", contrast: 2 }, "look-1")).toBe(
    "url(#look-1) brightness(1) contrast(2)",
  );
  expect(channelMatrix(PLAIN_LOOK)).toBeNull();
  expect(gammaExponent(PLAIN_LOOK)).toBeNull();
});

test("one channel is shown in grey, and a gamma above one lifts the dark parts", () => {
  const matrix = channelMatrix({ ...PLAIN_LOOK, channel: "green" }) ?? [];
  const pixel = [0.2, 0.7, 0.4, 1, 1];
  const row = (at: number): number =>
    matrix
      .slice(5 * at, 5 * at + 5)
      .reduce((sum, weight, index) => sum + weight * (pixel[index] ?? 0), 0);

  expect([row(0), row(1), row(2), row(3)]).toEqual([0.7, 0.7, 0.7, 1]);
  expect(0.25 ** (gammaExponent({ ...PLAIN_LOOK, gamma: 2 }) ?? 1)).toBeCloseTo(0.5);
});
