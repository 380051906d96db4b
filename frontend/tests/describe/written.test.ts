import { expect, test } from "vitest";
import { NO_DRAFT, NOTHING_WRITTEN, unsavedOf, withoutSaved } from "@/pages/describe/written";

const PROPOSAL = { id: "of-a-model", text: "A bucket on a quay." };

test("a proposed text that was opened and left as it was is nothing to save", () => {
  const opened = { ...NO_DRAFT, edited: { text: PROPOSAL.text, proposal: PROPOSAL } };

  expect(unsavedOf(opened)).toEqual(NOTHING_WRITTEN);
});

test("what is made of a proposed text is to be saved, and names the proposal", () => {
  const edited = { text: "A red bucket on a quay.", proposal: PROPOSAL };

  expect(unsavedOf({ ...NO_DRAFT, edited })).toEqual({
    ...NOTHING_WRITTEN,
    ...{ text: "A red bucket on a quay.", proposal: "of-a-model" },
  });
});

test("what is written beside a proposed text comes before what is made of it", () => {
  const edited = { text: "A red bucket on a quay.", proposal: PROPOSAL };
  const written = { ...NOTHING_WRITTEN, text: "A pail." };

  expect(unsavedOf({ written, edited })).toBe(written);
});

test("a text that is saved is no draft any more, in either field", () => {
  const written = { ...NO_DRAFT, written: { ...NOTHING_WRITTEN, text: "A pail." } };
  const edited = { ...NO_DRAFT, edited: { text: "A pail.", proposal: PROPOSAL } };

  expect(withoutSaved(written, "A pail.")).toBe(NO_DRAFT);
  expect(withoutSaved(edited, "A pail.")).toBe(NO_DRAFT);
});

test("what was written on while a text was being saved stays", () => {
  const written = { ...NO_DRAFT, written: { ...NOTHING_WRITTEN, text: "A red pail." } };
  const edited = { ...NO_DRAFT, edited: { text: "A red pail.", proposal: PROPOSAL } };

  expect(withoutSaved(written, "A pail.")).toBe(written);
  expect(withoutSaved(edited, "A pail.")).toBe(edited);
});

test("a text is saved without the blanks around it, and nothing of it is left", () => {
  const written = { ...NO_DRAFT, written: { ...NOTHING_WRITTEN, text: "A pail. " } };

  expect(withoutSaved(written, "A pail.")).toBe(NO_DRAFT);
});
