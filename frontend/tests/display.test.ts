import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { schemeManager } from "@/app/scheme";
import { display, followDisplay, keepDisplay, parseDisplay } from "@/components/display";

const PLAIN = { scheme: "auto", textSize: "normal", hand: "right" } as const;

afterEach(() => display.set(PLAIN));

function aPage(kept = new Map<string, string>()) {
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
  const root = { style: {}, dataset: {} } as HTMLElement;
  return { kept, storage, root };
}

test("what is chosen is shown at once and again by the next page", () => {
  const { kept, storage, root } = aPage();
  const leave = keepDisplay(storage, root);
  display.set({ scheme: "dark", textSize: "large", hand: "left" });
  expect([root.style.fontSize, root.dataset.hand]).toEqual(["1.15em", "left"]);
  leave();

  display.set(PLAIN);
  const next = aPage(kept);
  keepDisplay(next.storage, next.root)();

  expect([next.root.style.fontSize, next.root.dataset.hand]).toEqual(["1.15em", "left"]);
  expect(schemeManager.get("light")).toBe("dark");
});

test("the colours that Mantine kept by itself are taken over, once", () => {
  const { kept, storage, root } = aPage(new Map([["mantine-color-scheme-value", "dark"]]));
  keepDisplay(storage, root)();

  expect(display.get()).toEqual({ ...PLAIN, scheme: "dark" });
  expect([...kept]).toEqual([["anneal-display", JSON.stringify(display.get())]]);
});

test("Mantine hears of other colours, from wherever they were chosen", () => {
  const heard: string[] = [];
  schemeManager.subscribe((scheme) => {
    heard.push(scheme);
    schemeManager.set(scheme); // as Mantine does
  });
  followDisplay({ key: "anneal-display", newValue: '{"scheme":"dark"}' });
  followDisplay({ key: "anneal-habits", newValue: '{"scheme":"light"}' });
  schemeManager.clear();
  schemeManager.unsubscribe();
  schemeManager.set("light");

  expect(heard).toEqual(["dark", "auto"]);
  expect(display.get().scheme).toBe("light");
});

test("whatever is found instead of a choice is shown as by default", () => {
  fc.assert(
    fc.property(fc.oneof(fc.constant(null), fc.string(), fc.json()), (text) => {
      expect(parseDisplay(text)).toEqual(PLAIN);
    }),
    { seed: 91 },
  );
});
