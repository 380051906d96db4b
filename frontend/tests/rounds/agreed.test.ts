import { describe, expect, it } from "vitest";
import { agreedWords } from "@/pages/rounds/agreedWords";

const figures = { images: 12, objects: 104, masks: 220, matched_share: 0.95, same_label_share: 1 };

describe("what people agree on at the holdout", () => {
  it("says what it leaves out, and that it limits no model", () => {
    expect(agreedWords({ ...figures, mean_iou: 0.8712 })).toBe(
      "On 12 images that several people did, their masks of 104 objects have a mean IoU of 0.871, without those that only one of them has. That is a yardstick for IoU after one click, no limit: after more clicks a model follows one person.",
    );
  });

  it("says nothing of models where people found nothing in common", () => {
    expect(agreedWords({ ...figures, images: 1, mean_iou: null })).toBe(
      "On 1 image that several people did they have no object in common.",
    );
  });
});
