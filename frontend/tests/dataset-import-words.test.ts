import { describe, expect, it } from "vitest";
import { leftWords, takenWords } from "@/pages/overview/datasets/countWords";

describe("what an import counted", () => {
  it("is told in the order in which people ask, one thing as one", () => {
    const counts = { labels: 2, masks: 1234, captions: 1, images: 1 };

    expect(takenWords(counts)).toBe("1 image, 1,234 masks, 1 caption, 2 labels");
  });

  it("tells what is left out apart", () => {
    const counts = { "images accepted": 3, "boxes left out": 1, "masks refused": 2 };

    expect(takenWords(counts)).toBe("3 new images");
    expect(leftWords(counts)).toBe("2 masks that do not fit their images, 1 box without a mask");
  });

  it("is empty where there is nothing", () => {
    expect(takenWords({ masks: 0 })).toBe("");
    expect(leftWords({})).toBe("");
  });
});
