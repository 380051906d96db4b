import fc from "fast-check";
import { expect, test } from "vitest";
import { keepHabits, parseHabits } from "@/editor/habits";
import { bench } from "./desk";

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  };
}
const anImage = () => bench({ size_hw: [4, 4] }).editor;

test("the tool, the brush and the order of the list come along to the next image", () => {
  const device = storage();
  const [first, second] = [anImage(), anImage()];
  const leave = keepHabits(first, device);
  first.takeTool("box");
  first.setBrush(30);
  first.view.list.set({ ...first.view.list.get(), order: "area", text: "cup" });
  leave();
  first.takeTool("eraser"); // nobody holds the image that was left
  keepHabits(second, device);

  expect(second.tool.get().name).toBe("box");
  expect(second.meter.tool).toBe("box");
  expect(second.brush.get()).toBe(30);
  expect(second.view.list.get()).toMatchObject({ order: "area", text: "" });
});

test("whoever comes for the first time begins with points", () => {
  const editor = anImage();
  keepHabits(editor, storage());

  expect([editor.tool.get().name, editor.brush.get()]).toEqual(["point", 12]);
});

test("whatever is found instead of habits is a tool, a brush and an order that there are", () => {
  const anything = fc.oneof(
    fc.constant(null),
    fc.string(),
    fc.json(),
    fc
      .record({ tool: fc.jsonValue(), brush_px: fc.jsonValue(), order: fc.jsonValue() })
      .map((made) => JSON.stringify(made)),
    fc.constantFrom("tool", "brush_px", "order").map((key) => `{"${key}":"constructor"}`),
  );
  fc.assert(
    fc.property(anything, (text) => {
      const editor = anImage();
      keepHabits(editor, { ...storage(), getItem: () => text });
      expect(editor.brush.get()).toBeGreaterThanOrEqual(0.5);
      expect(editor.brush.get()).toBeLessThanOrEqual(512);
      expect(editor.tool.get().name).toBe(parseHabits(text).tool);
    }),
    { seed: 91, numRuns: 60 },
  );
});
