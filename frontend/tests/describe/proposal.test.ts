import { expect, test, vi } from "vitest";
import { commandFor, whyNot } from "@/commands/command";
import { EffortMeter } from "@/editor/effort";
import { piecesOf } from "@/pages/describe/proposal/pieces";
import { proposalCommands } from "@/pages/describe/proposal/proposal-commands";
import { savedBy, speakerOf } from "@/pages/describe/said/said";
import { clockOf } from "@/pages/describe/useDescribingSeconds";

const phrase = (first: number, end: number, ...masks: string[]) => ({
  first,
  end,
  masks,
  text: "",
});

test("words that name masks stand apart, and no word is lost", () => {
  const text = "Two dogs chase a  ball on grass.";

  const pieces = piecesOf(text, [phrase(3, 5, "ball"), phrase(0, 2, "a", "b"), phrase(6, 7)]);

  expect(pieces.map((each) => [each.text, each.masks])).toEqual([
    ["Two dogs", ["a", "b"]],
    ["chase", []],
    ["a ball", ["ball"]],
    ["on grass.", []],
  ]);
  expect(pieces.map(({ at }) => at)).toEqual([0, 2, 3, 5]);
});

test("a text without names is one piece, and odd phrases break nothing", () => {
  expect(piecesOf("A quay.", [])).toEqual([{ at: 0, text: "A quay.", masks: [] }]);
  expect(piecesOf("", [phrase(0, 1, "a")])).toEqual([]);
  expect(
    piecesOf("A red quay.", [phrase(0, 2, "a"), phrase(1, 3, "b"), phrase(2, 9, "c")]).map(
      (each) => each.text,
    ),
  ).toEqual(["A red", "quay."]);
});

test("one key accepts, another edits, and none does so while it is being saved", () => {
  const desk = { accept: vi.fn(), edit: vi.fn(), dismiss: vi.fn() };
  const press = (key: string, isBusy: boolean) => {
    const command = commandFor(proposalCommands({ ...desk, isBusy }), new Map(), key);
    if (command && whyNot(command) === null) command.run();
  };

  press("A", false);
  press("E", false);
  press("X", true);

  expect(desk.accept).toHaveBeenCalledOnce();
  expect(desk.edit).toHaveBeenCalledOnce();
  expect(desk.dismiss).not.toHaveBeenCalled();
});

test("an accepted proposal is the model's, and whoever accepted it is named", () => {
  expect(speakerOf({ author: "ada", bundle: "b" }, "bob")).toBe("A model, accepted by ada");
  expect(speakerOf({ author: "ada", bundle: "b" }, "ada")).toBe("A model, accepted by you");
  expect(savedBy({ author: "ada", bundle: "b" })).toBe("By a model, accepted by ada");
  expect(savedBy({ author: "ada", bundle: null })).toBe("Saved by ada");
});

test("reading counts from the first sight, time away does not, and what a save was not charged with is the next one's", () => {
  let now_s = 0;
  const meter = new EffortMeter(() => now_s);
  const clock = clockOf(meter);

  now_s = 6;
  expect(clock.seconds()).toBe(6);
  now_s = 600; // nobody moved
  const first = clock.seconds();
  now_s += 2; // the save is on its way
  clock.spend(first);
  now_s += 3;

  expect(first).toBeLessThan(30);
  expect(clock.seconds()).toBe(5);
});
