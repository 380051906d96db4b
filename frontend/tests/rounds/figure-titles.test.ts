import { expect, test } from "vitest";
import { figureTitle } from "@/pages/rounds/figures";

const NOTHING = { objects: 406, noc_85: 3, noc_90: 5, miou_1: 0.8, miou_3: 0.8, miou_5: 0.9 };
const side = (ap_images: number) => ({ ...NOTHING, ap_50: 0.8, ap_75: 0.7, ap_images });

test("figures of proposals say of how many images they are, where that is known", () => {
  const metrics = { serving: side(9), candidate: side(16) };

  expect(figureTitle("ap_50", "AP50", metrics)).toBe("AP50, 9 and 16 images");
  expect(figureTitle("ap_75", "AP75", { candidate: side(16) })).toBe("AP75, 16 images");
  expect(figureTitle("miou_1", "IoU", metrics)).toBe("IoU");
  expect(figureTitle("ap_50", "AP50", {})).toBe("AP50");
});

test("a calibration error says what of it so few proposals would show by chance", () => {
  const bins = [{ score: 0.9, accepted: 0.8, proposals: 430 }];
  const candidate = { ...side(16), calibration_error: 0.073, calibration_bins: bins };

  const known = { candidate: { ...candidate, calibration_by_chance: 0.0494 } };

  expect(figureTitle("calibration_error", "Error", { candidate })).toBe("Error, 430 proposals");
  expect(figureTitle("calibration_error", "Error", known)).toBe(
    "Error, 430 proposals, 0.049 by chance",
  );
});
