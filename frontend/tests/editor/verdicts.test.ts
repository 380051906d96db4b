import { describe, expect, test } from "vitest";
import type { Mask } from "@/editor/mask";
import { bench } from "./desk";
import { draw } from "./drawings";

const PROPOSED = draw("......", ".####.", ".####.", ".####.", ".####.", "......");
const CLOSE = draw("......", ".####.", ".####.", ".####.", ".###..", "......");
const PART = draw("......", ".##...", ".##...", "......", "......", "......");

function drawBeside(drawn: Mask) {
  const made = bench({ proposals: { p: PROPOSED } });
  made.editor.reshape({ kind: "new" }, () => drawn);
  const state = () => made.editor.annotations.get().proposals.get("p")?.state;
  return { ...made, state };
}

describe("a mask that is drawn from nothing", () => {
  test("decides about the proposal of the same object, until that is undone", () => {
    const { editor, saved, state } = drawBeside(CLOSE);
    const drawn = state();
    editor.undo();

    expect(saved[0]).toMatchObject([{ kind: "create", proposal: "p" }]);
    expect([drawn, state()]).toEqual(["accepted", "pending"]);
  });

  test("leaves the proposal of a larger object", () => {
    const { saved, state } = drawBeside(PART);

    expect(saved[0]?.[0]).not.toHaveProperty("proposal");
    expect(state()).toBe("pending");
  });
});
