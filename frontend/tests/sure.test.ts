import { expect, test } from "vitest";
import { maskFromRuns, maskToRLE } from "@/editor/mask";
import type { ProposalRow } from "@/editor/operations";
import { coversMost, sureProposals, sureWords } from "@/pages/annotate/sure";

const SIZE_HW = [10, 10] as const;

/** A proposal of that many pixels of a hundred. */
function proposal(id: string, area_px: number, score: number): ProposalRow {
  const runs = new Uint32Array([0, area_px, 100 - area_px]);
  return {
    id,
    rle: maskToRLE(maskFromRuns([...SIZE_HW], runs)),
    label: null,
    model: null,
    score,
    stability: 1,
    point_xy: [0, 0],
    state: "pending",
  };
}

const NONE = new Map<string, string>();
const coin = proposal("coin", 8, 0.97);
const half = proposal("half", 50, 0.95);
const ground = proposal("ground", 64, 0.99);
const blur = proposal("blur", 9, 0.6);

test("what covers more than half of the image is left to the person", () => {
  const { accepted, left } = sureProposals([ground, coin, half, blur], 0.9, [...SIZE_HW], NONE);

  expect(accepted).toEqual([coin, half]);
  expect(left).toEqual([ground]);
  expect(coversMost(half, [...SIZE_HW])).toBe(false);
});

test("where people's verdicts have taught it, the model is as sure as they make it", () => {
  const doubted = { ...coin, score: 0.4 };
  const trusted = { ...blur, score: 0.996 };

  const { accepted } = sureProposals([doubted, trusted], 0.9, [...SIZE_HW], NONE);

  expect(accepted).toEqual([trusted]);
  expect([doubted, trusted, coin].map(sureWords)).toEqual([
    "Score 0.40",
    "Score 0.99",
    "Score 0.97",
  ]);
});

test("a proposal of an outside model has its name, and counts as unsure without a score", () => {
  const scored = { ...coin, model: "net" };
  const untold = { ...scored, score: null };

  const { accepted } = sureProposals([scored, untold], 0.9, [...SIZE_HW], NONE);

  expect(accepted).toEqual([scored]);
  expect([scored, untold].map(sureWords)).toEqual(["net: 0.97", "net"]);
});

test("an unsure proposal of most of the image is not spoken of", () => {
  const unsure = proposal("unsure", 80, 0.7);

  const { accepted, left } = sureProposals([unsure, coin], 0.9, [...SIZE_HW], NONE);

  expect([accepted, left]).toEqual([[coin], []]);
});

test("what is nearly the same as a mask that is there is left to the person", () => {
  const doubles = new Map([
    ["half", "a"],
    ["blur", "b"],
  ]);
  const { accepted, doubled } = sureProposals([coin, half, blur], 0.9, [...SIZE_HW], doubles);

  expect([accepted, doubled]).toEqual([[coin], [half]]);
});
