/** What a form of a project's settings sends. */

import { expect, it } from "vitest";
import { changesOf, type ProjectChange } from "@/api/projects";

it("is what its person changed, and nothing that others may have changed meanwhile", () => {
  const before = { retrain_after_images: 20, retrain_every_hours: null, retrain_at_price: 60 };

  const changes = changesOf<ProjectChange>({ ...before, retrain_at_price: null }, before);

  expect(changes).toEqual({ retrain_at_price: null });
});
