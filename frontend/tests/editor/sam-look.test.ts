import { expect, test } from "vitest";
import { lookPartsOf, unseenDims } from "@/editor/sam-look";

const PROMPTS = ["image_embeddings", "point_coords", "point_labels", "mask_input"];
const OLDER = ["known_look_image", "known_look_key", "known_look_value"];

test("a graph is handed the parts of a look that it takes", () => {
  expect(lookPartsOf([...PROMPTS, ...OLDER, "known_look_upscaled"])).toEqual([
    "look_image",
    "look_key",
    "look_value",
    "look_upscaled",
  ]);
});

test("a bundle made before there was a fourth part is handed three", () => {
  expect(lookPartsOf([...PROMPTS, ...OLDER])).toEqual(["look_image", "look_key", "look_value"]);
});

test("what has not been seen has no rows", () => {
  expect(unseenDims("look_key")).toEqual([0, 8, 16, 4096]);
});
