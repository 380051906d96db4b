import { expect, test } from "vitest";
import { EffortMeter } from "@/editor/effort";
import { maskFromRuns, maskToRLE } from "@/editor/mask";
import type { ProposalRow } from "@/editor/operations";
import { Signal } from "@/editor/signal";
import { AnnotationStore } from "@/editor/store";
import { acceptAll, coversMost, sureProposals } from "@/pages/annotate/sure";

const SIZE_HW = [10, 10] as const;

/** A proposal of that many pixels of a hundred. */
function proposal(id: string, area_px: number, predicted_iou: number): ProposalRow {
  const runs = new Uint32Array([0, area_px, 100 - area_px]);
  return {
    id,
    rle: maskToRLE(maskFromRuns([...SIZE_HW], runs)),
    label: null,
    predicted_iou,
    stability: 1,
    verifier_score: null,
    point_xy: [0, 0],
    state: "pending",
  };
}

const coin = proposal("coin", 8, 0.97);
const half = proposal("half", 50, 0.95);
const ground = proposal("ground", 64, 0.99);
const blur = proposal("blur", 9, 0.6);

test("what covers more than half of the image is left to the person", () => {
  const { accepted, left } = sureProposals([ground, coin, half, blur], 0.9, [...SIZE_HW]);

  expect(accepted).toEqual([coin, half]);
  expect(left).toEqual([ground]);
  expect(coversMost(half, [...SIZE_HW])).toBe(false);
});

test("an unsure proposal of most of the image is not spoken of", () => {
  const unsure = proposal("unsure", 80, 0.7);

  expect(sureProposals([unsure, coin], 0.9, [...SIZE_HW])).toEqual({ accepted: [coin], left: [] });
});

function imageWith(rows: readonly ProposalRow[], isReadOnly = false) {
  const proposals = new Map(rows.map((row) => [row.id, row]));
  const store = new AnnotationStore({ masks: new Map(), proposals }, "ada");
  const saved: unknown[][] = [];
  const editor = {
    store,
    meter: new EffortMeter(() => 0, 0),
    label: new Signal<number | null>(7),
    isReadOnly: new Signal(isReadOnly),
  };
  const image = { editor, save: (operations: unknown[]) => saved.push(operations) };
  return { image: image as never, store, saved };
}

test("accepting all is one save and one step of undo", () => {
  const { image, store, saved } = imageWith([coin, half, ground]);

  acceptAll(image, [coin, half]);

  expect(saved).toHaveLength(1);
  expect(saved[0]).toMatchObject([
    { kind: "verdict", proposal: "coin", verdict: "accepted", label: 7 },
    { kind: "verdict", proposal: "half", verdict: "accepted", label: 7 },
  ]);
  expect(store.annotations.proposals.get("ground")?.state).toBe("pending");
  store.undo();
  expect(store.annotations.proposals.get("coin")?.state).toBe("pending");
  expect(store.annotations.proposals.get("half")?.state).toBe("pending");
});

test("nothing is accepted on an image that one only looks at", () => {
  const { image, saved } = imageWith([coin], true);

  acceptAll(image, [coin]);

  expect(saved).toEqual([]);
});
