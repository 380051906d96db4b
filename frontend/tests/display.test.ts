import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { display, keepDisplay, parseDisplay } from "@/components/display";

const PLAIN = { textSize: "normal", hand: "right" } as const;

afterEach(() => display.set(PLAIN));

function aPage() {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  } as Storage;
  const root = { style: {}, dataset: {} } as HTMLElement;
  return { storage, root };
}

test("what is chosen is shown at once and again by the next page", () => {
  const { storage, root } = aPage();
  const leave = keepDisplay(storage, root);
  display.set({ textSize: "large", hand: "left" });
  expect([root.style.fontSize, root.dataset.hand]).toEqual(["1.15em", "left"]);
  leave();

  display.set(PLAIN);
  const next = aPage();
  keepDisplay(storage, next.root)();

  expect([next.root.style.fontSize, next.root.dataset.hand]).toEqual(["1.15em", "left"]);
});

test("whatever is found instead of a choice is shown as by default", () => {
  fc.assert(
    fc.property(fc.oneof(fc.constant(null), fc.string(), fc.json()), (text) => {
      expect(parseDisplay(text)).toEqual(PLAIN);
    }),
    { seed: 91 },
  );
});
