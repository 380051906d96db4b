import { expect, test } from "vitest";
import { formatDay } from "@/components/format";
import { sumOf, workWords } from "@/pages/account/work-words";

const NOTHING = { finished: 0, reviewed: 0, masks: 0, active_s: 0 };

test("the projects of a day are one sum, and only what was done is named", () => {
  const sum = sumOf([
    { finished: 2, reviewed: 0, masks: 11, active_s: 2400 },
    { finished: 1, reviewed: 0, masks: 1, active_s: 65.5 },
  ]);

  expect(workWords(sum)).toBe("3 images finished, 12 masks, 41 min 5 s at images");
  expect(workWords({ ...NOTHING, reviewed: 1 })).toBe("1 image reviewed");
  expect(workWords(sumOf([]))).toBe("nothing yet");
});

test("days near today are named, others dated", () => {
  const days = ["2026-03-01", "2026-02-28", "2026-02-26"].map((day) =>
    formatDay(day, "2026-03-01"),
  );

  expect(days).toEqual(["Today", "Yesterday", "Thu 26 Feb"]);
});
