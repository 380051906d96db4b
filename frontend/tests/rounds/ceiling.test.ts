import { describe, expect, it } from "vitest";
import { ceilingWords } from "@/pages/rounds/ceilingWords";

const figures = { images: 12, objects: 104, masks: 220, matched_share: 0.95, same_label_share: 1 };

describe("what people agree on at the holdout", () => {
  it("is as near as a model can be expected to come", () => {
    expect(ceilingWords({ ...figures, mean_iou: 0.8712 })).toBe(
      "On 12 images that several people did, their masks of 104 objects have a mean IoU of 0.871: no model can be expected to come nearer.",
    );
  });

  it("says nothing of models where people found nothing in common", () => {
    expect(ceilingWords({ ...figures, images: 1, mean_iou: null })).toBe(
      "On 1 image that several people did they have no object in common.",
    );
  });
});
