import { expect, test } from "vitest";
import { Unsent } from "@/editor/unsent";

test("an answer that lost its comment is a comment on the whole image", () => {
  const unsent = new Unsent();
  unsent.writeAnswer("c", "I looked.");

  for (const orphan of unsent.orphans([])) unsent.turnToComment(orphan);

  expect(unsent.answers.get()).toEqual([]);
  expect(unsent.comment.get()).toMatchObject({ text: "I looked.", place: { kind: "image" } });
});

test("answers that lost their comments take nothing from a comment that is being written", () => {
  const unsent = new Unsent();
  const place = { kind: "mask", id: "m" } as const;
  unsent.writeComment("The edge is off.", place);
  unsent.writeAnswer("c", "I looked.");
  unsent.writeAnswer("d", "So did I.");

  for (const orphan of unsent.orphans([])) unsent.turnToComment(orphan);

  const text = "The edge is off.\n\nI looked.\n\nSo did I.";
  expect(unsent.comment.get()).toMatchObject({ text, place });
});
