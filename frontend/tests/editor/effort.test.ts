import { expect, test } from "vitest";
import { EffortMeter, shareEffort } from "@/editor/effort";

function meter(active_s = 0) {
  const clock = { now_s: 100 };
  const made = new EffortMeter(() => clock.now_s, active_s);
  const after = (seconds: number, what: () => void): void => {
    clock.now_s += seconds;
    what();
  };
  return { made, after };
}

test("a pause longer than fifteen seconds counts as fifteen", () => {
  const { made, after } = meter();

  after(4, () => made.noteActivity());
  after(300, () => made.noteClick());

  expect(made.active_s).toBe(19);
});

test("time away from the page does not count", () => {
  const { made, after } = meter();

  after(2, () => made.noteActivity());
  after(10, () => made.noteReturn());
  after(3, () => made.noteActivity());

  expect(made.active_s).toBe(5);
});

test("each operation gets what was spent since the one before", () => {
  const { made, after } = meter();
  after(3, () => made.noteClick());
  after(1, () => made.noteStroke());
  const first = made.take([{ kind: "point", xy: [1, 2], label: 1 }], { hypothesis: 2 });
  after(5, () => made.noteClick());

  const second = made.take();

  expect(first).toMatchObject({ seconds: 4, clicks: 1, strokes: 1, hypothesis: 2 });
  expect(first.prompts).toHaveLength(1);
  expect(second).toEqual({ seconds: 5, clicks: 1, strokes: 0, prompts: [] });
});

test("an operation tells the tool, or the command that was given meanwhile", () => {
  const { made } = meter();
  made.tool = "brush";
  const told: (string | undefined)[] = [];

  made.during("grow", () => told.push(made.take().tool));
  expect(() => made.during("merge", () => expect.fail())).toThrow();
  told.push(made.take().tool);

  expect(told).toEqual(["grow", "brush"]);
  const shared = shareEffort({ ...made.take(), tool: "grow" }, 2);
  expect(shared.map(({ tool }) => tool)).toEqual(["grow", "grow"]);
});

test("what was spent before a reload is remembered but not charged again", () => {
  const { made, after } = meter(60);

  after(2, () => made.noteActivity());

  expect(made.active_s).toBe(62);
  expect(made.take().seconds).toBe(2);
});

test("one gesture on many masks shares its seconds and counts its click once", () => {
  const shared = shareEffort({ seconds: 6, clicks: 1, strokes: 0, prompts: [] }, 3);

  expect(shared.map(({ seconds }) => seconds)).toEqual([2, 2, 2]);
  expect(shared.map(({ clicks }) => clicks)).toEqual([1, 0, 0]);
});

test("what another page of the same person counted meanwhile is added, and charged to nothing", () => {
  const { made, after } = meter(60);
  after(2, () => made.noteActivity());

  made.goOnFrom(75);

  expect(made.active_s).toBe(77);
  expect(made.take().seconds).toBe(2);
});
