import { expect, test } from "vitest";
import { whyNotReopen } from "@/pages/annotate/reopen";

test("a finished image is opened again by who annotated it, a reviewer or a manager", () => {
  expect(whyNotReopen("done", "annotator", true)).toBeNull();
  expect(whyNotReopen("done", "reviewer", false)).toBeNull();
  expect(whyNotReopen("done", "manager", false)).toBeNull();
  expect(whyNotReopen("done", "annotator", false)).toMatch(/Who annotated it/);
});

test("one that is not finished, or approved already, is not", () => {
  expect(whyNotReopen("todo", "manager", true)).toMatch(/not done/);
  expect(whyNotReopen("reviewed", "manager", true)).toMatch(/approved/);
});
