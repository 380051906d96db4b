import { expect, it } from "vitest";
import { rememberSettings, settingsOf } from "@/pages/overview/datasets/sentAgain";

it("keeps how the first files were brought in for those that were mended", () => {
  const first = { format: "coco", finished: true, proposals_by: "My net" };

  rememberSettings(["mended", "another"], first);

  expect(settingsOf("mended")).toEqual(first);
  expect(settingsOf("another")).toEqual(first);
  expect(settingsOf("dropped anew")).toBeUndefined();
});
