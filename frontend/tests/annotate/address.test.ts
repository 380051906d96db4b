import { describe, expect, test } from "vitest";
import { selectAlso } from "@/editor/several";
import { boxIn, formatBox, selectedAlone, withImage, withMask } from "@/pages/annotate/address";
import { bench } from "../editor/desk";
import { draw } from "../editor/drawings";

const EDITOR = "https://anneal.example/projects/3/annotate";

describe("the address of the editor", () => {
  test("names the image that is open, and leaves the queue as it is", () => {
    expect(withImage(EDITOR, 7)).toBe(`${EDITOR}?image=7`);
    expect(withImage(`${EDITOR}?queue=correct&image=7`, 8)).toBe(`${EDITOR}?queue=correct&image=8`);
    expect(withImage(`${EDITOR}?queue=correct&image=8`, null)).toBe(`${EDITOR}?queue=correct`);
  });

  test("names a mask of that image, which no other image takes over", () => {
    const named = withMask(`${EDITOR}?image=7`, 7, "a1");

    expect(named).toBe(`${EDITOR}?image=7&mask=a1`);
    expect(withImage(named, 7)).toBe(named);
    expect(withMask(named, 7, null)).toBe(`${EDITOR}?image=7`);
    expect(withImage(named, 8)).toBe(`${EDITOR}?image=8`);
    expect(withMask(`${EDITOR}?image=8`, 7, "a1")).toBe(`${EDITOR}?image=8`);
  });

  test("names a box to look at, which no other image takes over", () => {
    const named = new URL(`${EDITOR}?image=7`);
    named.searchParams.set("box", formatBox({ x0: 4, y0: 0, x1: 30, y1: 21 }));

    expect(boxIn(named.href)).toEqual({ x0: 4, y0: 0, x1: 30, y1: 21 });
    expect(withImage(named.href, 8)).toBe(`${EDITOR}?image=8`);
    for (const none of ["", "?box=", "?box=1+2+3", "?box=9+9+4+12", "?box=a+b+c+d"]) {
      expect(boxIn(`${EDITOR}${none}`)).toBeNull();
    }
  });

  test("is left alone once it is another page's", () => {
    const next = "https://anneal.example/projects/3/images?image=7";

    expect(withImage(next, 8)).toBe(next);
    expect(withMask(next, 7, "a1")).toBe(next);
  });
});

test("only a mask that is selected alone is named", () => {
  const { editor } = bench({
    masks: { a: draw("#."), b: draw(".#") },
    proposals: { p: draw("##") },
  });
  const named = () => selectedAlone(editor);
  const found = [named()];
  for (const ref of ["a", "b"]) {
    selectAlso(editor, { kind: "mask", id: ref });
    found.push(named());
  }
  editor.selection.set({ kind: "proposal", id: "p" });
  found.push(named());

  expect(found).toEqual([null, "a", null, null]);
});
