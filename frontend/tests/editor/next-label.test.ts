import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keepNextLabel } from "@/editor/next-label";
import type { LabelId } from "@/editor/operations";
import { Signal } from "@/editor/signal";

function storage(kept = new Map<string, string>()) {
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
}
const nothing = () => new Signal<LabelId | null>(null);
const PLACE = { user: 1, project: 3, image: 5, labels: [7, 8, 9] };

describe("the label of new masks", () => {
  test("is none before somebody chooses, but in a project that has a single one", () => {
    const [several, single, none] = [nothing(), nothing(), nothing()];
    keepNextLabel(several, PLACE, storage());
    keepNextLabel(single, { ...PLACE, labels: [7] }, storage());
    keepNextLabel(none, { ...PLACE, labels: [] }, storage());

    expect([several.get(), single.get(), none.get()]).toEqual([null, 7, null]);
  });

  test("is the last one that the person chose on the image, after a reload as well", () => {
    const device = storage();
    const [first, later] = [nothing(), nothing()];
    const leave = keepNextLabel(first, PLACE, device);
    first.set(9);
    first.set(8);
    leave();
    first.set(7); // nobody holds the image that was left
    keepNextLabel(later, PLACE, device);

    expect(later.get()).toBe(8);
  });

  test("is nobody else's, no other project's or image's, and none that is gone", () => {
    const device = storage();
    const chosen = nothing();
    keepNextLabel(chosen, PLACE, device);
    chosen.set(8);
    const changes = [
      { user: 2 },
      { project: 4 },
      { image: 6 },
      { image: null },
      { labels: [7, 9] },
    ];
    const others = changes.map((change) => {
      const label = nothing();
      keepNextLabel(label, { ...PLACE, ...change }, device);
      return label.get();
    });

    expect(others).toEqual([null, null, null, null, null]);
  });

  test("is none if that is what was chosen", () => {
    const device = storage();
    const [first, later] = [nothing(), nothing()];
    keepNextLabel(first, PLACE, device);
    first.set(8);
    first.set(null);
    keepNextLabel(later, PLACE, device);

    expect(later.get()).toBeNull();
  });

  test("is one that there is, whatever is found where choices are kept", () => {
    const anything = fc.oneof(
      fc.string(),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ 3: value })),
      fc.jsonValue().map((label) => JSON.stringify({ 3: { image: 5, label } })),
    );
    fc.assert(
      fc.property(anything, (text) => {
        const label = nothing();
        keepNextLabel(label, PLACE, storage(new Map([["anneal-labels-1", text]])));
        expect([null, 7, 8, 9]).toContain(label.get());
      }),
      { seed: 92, numRuns: 60 },
    );
  });
});
