import { expect, it } from "vitest";
import { isInPart } from "@/api/uploads";

it("tells an archive without its annotations from an image that was made plain", () => {
  expect(isInPart({ state: "normalised", image: null })).toBe(true);
  expect(isInPart({ state: "normalised", image: 7 })).toBe(false);
  expect(isInPart({ state: "accepted", image: null })).toBe(false);
});
