import fc from "fast-check";
import { expect, test } from "vitest";
import { imageFilter, PLAIN_LOOK, parseLook } from "@/editor/look";

test("a look comes back as it was left", () => {
  const look = { ...PLAIN_LOOK, fill: 0.6, colourBy: "object", contrast: 1.4 } as const;

  expect(parseLook(JSON.stringify(look))).toEqual(look);
});

test("whatever is found instead of a look is a look that can be drawn", () => {
  const anything = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.json(),
    fc
      .record({ fill: fc.jsonValue(), colourBy: fc.jsonValue(), contrast: fc.jsonValue() })
      .map((made) => JSON.stringify(made)),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const { fill, brightness, contrast, colourBy } = parseLook(text);
      expect(fill >= 0 && fill <= 1 && brightness >= 0 && contrast >= 0).toBe(true);
      expect(["label", "object"]).toContain(colourBy);
    }),
    { seed: 90 },
  );
});

test("the plain look leaves the image to the browser as it is", () => {
  expect(imageFilter(PLAIN_LOOK)).toBe("none");
  expect(imageFilter({ ...PLAIN_LOOK, brightness: 1.5 })).toBe("brightness(1.5) contrast(1)");
});
