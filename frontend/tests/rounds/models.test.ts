import { expect, test } from "vitest";
import type { Bundle, Compared } from "@/api/types";
import { chosenOf, toggled } from "@/pages/rounds/models/chosen";
import { comparedWords } from "@/pages/rounds/models/comparedWords";

const [NEWEST, MIDDLE, OLDEST] = [model("c", 2), model("b", 1), model("a", null)];
const MODELS = [NEWEST, MIDDLE, OLDEST];
const BEFORE = { name: "the pretrained model", count: 30 };
const AFTER = { name: "round 7", count: 44 };

test("the address names the models that are ticked, and of three the first goes", () => {
  const one = toggled(undefined, MIDDLE);
  const two = toggled(one, OLDEST);
  const three = toggled(two, NEWEST);

  expect([one, two, three]).toEqual(["bbbbbbbb", "bbbbbbbb-aaaaaaaa", "aaaaaaaa-cccccccc"]);
  expect(chosenOf(three, MODELS)).toEqual([NEWEST, OLDEST]);
  expect(toggled(toggled(three, OLDEST), NEWEST)).toBeUndefined();
});

test("an address of models that are not there chooses none", () => {
  expect(chosenOf("ffffffff-aaaaaaaa", MODELS)).toEqual([OLDEST]);
  expect(chosenOf(undefined, MODELS)).toEqual([]);
});

test("what figures are of is told with how many, and where a difference may come from", () => {
  const paired = comparedWords(of("paired", 7, 7), { ...BEFORE, count: 44 }, AFTER, "object");
  const apart = comparedWords(of("paired", 6, 7), { ...BEFORE, count: 44 }, AFTER, "object");
  const same = comparedWords(of("same_holdout", 6, 7), { ...BEFORE, count: 44 }, AFTER, "object");
  const other = comparedWords(of("different_holdouts", 6, 7), BEFORE, AFTER, "object");

  expect(paired).toBe(
    "Round 7 measured both on the same 44 objects, which neither was trained on.",
  );
  expect(apart).toBe(
    "Rounds 6 and 7 measured them on the same 44 objects, which neither was trained on; they are compared object by object.",
  );
  expect(same).toContain("Rounds 6 and 7 measured them on the same 44 objects, but not in pairs");
  expect(other).toBe(
    "Not measured on one holdout: the pretrained model on 30 objects (in round 6), round 7 on 44 objects (in round 7). The difference may come from the objects alone, so it has no interval.",
  );
});

test("what was not measured is named", () => {
  const unmeasured = { ...AFTER, count: undefined };
  const one = comparedWords(of("not_measured", 6, null), BEFORE, unmeasured, "object");
  const none = { ...BEFORE, count: undefined };
  const both = comparedWords(of("not_measured", null, null), none, unmeasured, "image");

  expect(one).toBe("There is nothing to compare: round 7 was not measured on the holdout.");
  expect(both).toContain("the pretrained model and round 7 were not measured");
});

function of(
  basis: Compared["basis"],
  before_round: number | null,
  after_round: number | null,
): Compared {
  return { basis, before_round, after_round };
}

function model(letter: string, round: number | null): Bundle {
  return {
    ...{ bundle: letter.repeat(64), round, parts: null, base: null, learned_from: null },
    ...{ made_at: "2026-11-28T00:00:00Z", made_by: null, alias: null, note: null },
    ...{ has_recipe: round !== null, rebuild: null, is_in_part: false },
  };
}
