import { expect, test } from "vitest";
import type { Label } from "@/api/types";
import {
  deletedDraftsOf,
  draftsOf,
  inputOf,
  newDraft,
  withChoices,
} from "@/pages/settings/attributes/drafts";

const LABEL: Label = {
  ...{ id: 1, name: "cell", color: "#000000", deleted: false },
  attributes: [
    {
      ...{ id: "a", name: "Length", kind: "number", choices: [], min: 0, max: null },
      ...{ required: true, default: 2, deleted: false },
    },
    {
      ...{ id: "b", name: "Old", kind: "text", choices: [], min: null, max: null },
      ...{ required: false, default: null, deleted: true },
    },
  ],
};

test("what is edited is what is live, and unchanged it is sent as it was", () => {
  const [length, ...others] = draftsOf(LABEL);
  expect(deletedDraftsOf(LABEL).map(({ name }) => name)).toEqual(["Old"]);

  expect(others).toEqual([]);
  expect(length && inputOf(length)).toEqual({
    ...{ id: "a", name: "Length", kind: "number", choices: [], min: 0, max: null },
    ...{ required: true, default: 2 },
  });
});

test("empty fields are open limits and no default", () => {
  const input = inputOf({ ...newDraft(), name: " Note ", kind: "text" });

  expect(input).toMatchObject({ name: "Note", min: null, max: null, default: null });
});

test("a default goes with its choice", () => {
  const draft = { ...newDraft(), choices: ["red", "green"], default: "red" };

  expect(withChoices(draft, ["red"]).default).toBe("red");
  expect(withChoices(draft, ["green"]).default).toBe("");
});
