import { describe, expect, test, vi } from "vitest";
import { KEYS, type KeyActions } from "@/pages/annotate/keys";
import { TOOLS } from "@/pages/annotate/tool-list";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

/** A key press as the table of keys reads it: there is no browser here. */
function press(key: string, change: Partial<KeyboardEvent> = {}): KeyboardEvent {
  const code = /^[0-9]$/.test(key) ? `Digit${key}` : "";
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null };
  return { key, code, ...none, ...change } as KeyboardEvent;
}

function keyOf(event: KeyboardEvent) {
  return KEYS.find((key) => key.matches(event));
}

const modifiers = (keys: readonly string[]) => ({
  shiftKey: keys.includes("Shift"),
  ctrlKey: keys.includes("Ctrl"),
});

vi.stubGlobal("Element", class {});

describe("the keys", () => {
  test("that the help shows for tools and masks are the ones that do it, and no others come before", () => {
    for (const key of KEYS.filter(
      ({ group, keys }) =>
        ["Tools", "Mask"].includes(group) && !keys.includes("[") && !keys.includes("←"),
    )) {
      const event = press((key.keys.at(-1) ?? "").toLowerCase(), modifiers(key.keys));
      expect(keyOf(event)?.what).toBe(key.what);
    }
  });

  test("are the same with the caps lock on", () => {
    expect(keyOf(press("D"))?.what).toContain("Brush");
  });

  test("with Shift are others than without", () => {
    expect(keyOf(press("E", { shiftKey: true }))?.what).toBe("Drop specks");
    expect(keyOf(press("e"))?.what).toBe("Eraser");
    expect(keyOf(press("N", { shiftKey: true }))).toBeUndefined();
  });

  test("take every tool", () => {
    const { editor } = bench({ size_hw: [4, 4] });
    for (const { name, keys } of TOOLS) {
      keyOf(press((keys[0] ?? "").toLowerCase()))?.run({ editor } as KeyActions, press(""));
      expect(editor.tool.get().name).toBe(name);
    }
  });

  test("work on the selected mask", () => {
    const { editor, drawn } = bench({ masks: { a: draw("....", ".#..", "....") }, selected: "a" });
    const run = (event: KeyboardEvent) => keyOf(event)?.run({ editor } as KeyActions, event);
    run(press("."));
    const grown = drawn().a;
    run(press("L", { shiftKey: true }));
    run(press(","));
    run(press("H", { shiftKey: true }));

    expect(grown).toEqual([".#..", "###.", ".#.."]);
    expect(drawn().a).toEqual(grown);
    expect(editor.view.solo.get()).toEqual(new Set(["a"]));
  });
});
