import { expect, test } from "vitest";
import { whyReturned } from "@/pages/annotate/returned";

test("a returned image says the reviewer's words, or points to the comments", () => {
  const image = { status: "returned", review_comment: "", open_comments: 0 } as const;

  expect(whyReturned({ ...image, review_comment: "Two cells." })).toBe("Returned: Two cells.");
  expect(whyReturned({ ...image, open_comments: 1 })).toMatch(/the comments say/);
  expect(whyReturned(image)).toBeNull();
});

test("what was said of an image that is finished again is not said", () => {
  const image = { status: "done", review_comment: "Two cells.", open_comments: 1 } as const;

  expect(whyReturned(image)).toBeNull();
});
