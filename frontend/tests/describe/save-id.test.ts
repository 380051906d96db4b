import { expect, test } from "vitest";
import { SaveId } from "@/pages/describe/save-id";

test("what is sent again after a lost answer has the same id", () => {
  const it = new SaveId();
  const first = it.of({ text: "A pail." });

  expect(it.of({ text: "A pail." })).toBe(first);
});

test("a text that was changed since is another one", () => {
  const it = new SaveId();
  const first = it.of({ text: "A pail." });

  expect(it.of({ text: "A red pail." })).not.toBe(first);
});

test("the same text is another one once what was saved is withdrawn", () => {
  const it = new SaveId();
  const first = it.of({ text: "A pail." });

  it.forget();

  expect(it.of({ text: "A pail." })).not.toBe(first);
});
