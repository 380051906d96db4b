import { describe, expect, test } from "vitest";
import { type ImagePoint, toImage, type View } from "@/editor/geometry";
import { type Board, type Hands, listenToPointer } from "@/editor/render/pointer";
import { Signal } from "@/editor/signal";
import { bench, decodedAs, type Setting } from "./desk";
import { draw } from "./drawings";

const SIZE = { width: 400, height: 300 };
const FIT: View = { scale: 10, x: 50, y: 50 }; // of an image of 30 x 20 pixels

/** An editor on a stage that fingers, pens and mice are put on. */
function touching(setting: Setting, hands: Hands = { isPanning: false, hasPen: false }) {
  const made = bench({ size_hw: [20, 30], ...setting });
  made.editor.pixelsPerScreenPixel = 1 / FIT.scale;
  const view = new Signal(FIT);
  const board: Board = {
    ...{ view, size: new Signal(SIZE), area: { width: 30, height: 20 } },
    ...{ pointer: new Signal<ImagePoint | null>(null), hasCross: new Signal(false) },
    ...{ setView: (to: View) => view.set(to), fitted: () => FIT },
  };
  const host = Object.assign(new EventTarget(), {
    ...{ dataset: {}, focus: () => undefined, setPointerCapture: () => undefined },
    getBoundingClientRect: () => ({ left: 0, top: 0 }),
  });
  listenToPointer(host as unknown as HTMLElement, made.editor, board, hands);
  const by = (pointerType: string, pointerId: number) => {
    const send = (kind: string, x: number, y: number): void => {
      const more = { pointerId, pointerType, clientX: x, clientY: y, button: 0, pressure: 0.5 };
      host.dispatchEvent(Object.assign(new Event(kind, { cancelable: true }), more));
    };
    return {
      down: (x: number, y: number) => send("pointerdown", x, y),
      move: (x: number, y: number) => send("pointermove", x, y),
      up: (x: number, y: number) => send("pointerup", x, y),
    };
  };
  const prompts = () => made.editor.draft.state.get()?.prompts;
  return { ...made, board, by, finger: by("touch", 1), second: by("touch", 2), prompts };
}

describe("two fingers", () => {
  test("zoom by how they part, and what was under each stays under it", () => {
    const { board, finger, second } = touching({ tool: "select" });
    finger.down(150, 150);
    second.down(250, 150);
    const under = [toImage(FIT, { x: 150, y: 150 }), toImage(FIT, { x: 250, y: 150 })];
    finger.move(120, 170);
    second.move(320, 170);

    const { scale } = board.view.get();
    expect(scale).toBeCloseTo(20);
    const now = [120, 320].map((x) => toImage(board.view.get(), { x, y: 170 }));
    for (const [index, { x, y }] of now.entries()) {
      expect(x).toBeCloseTo(under[index]?.x ?? 0);
      expect(y).toBeCloseTo(under[index]?.y ?? 0);
    }
  });

  test("move the image when they move together; the one that stays goes on", () => {
    const { board, finger, second } = touching({ tool: "select" });
    finger.down(150, 150);
    second.down(250, 150);
    finger.move(160, 155);
    second.move(260, 155);
    const { x, y, scale } = board.view.get();
    finger.up(160, 155);
    second.move(270, 155);

    expect([x, y, scale].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([60, 55, 10]);
    expect(board.view.get().x).toBeCloseTo(70);
  });

  test("drop the stroke that the first one began, and nothing is saved", () => {
    const { editor, saved, finger, second } = touching({ tool: "brush" });
    finger.down(100, 100);
    finger.move(140, 100);
    const begun = editor.stroke.get();
    second.down(200, 100);
    finger.move(160, 100);
    finger.up(160, 100);
    second.up(200, 100);

    expect(begun).not.toBeNull();
    expect(editor.stroke.get()).toBeNull();
    expect(saved).toEqual([]);
  });

  test("put no point, whether the first one had moved or not", () => {
    const { editor, finger, second } = touching({ tool: "point" });
    for (const x of [100, 130]) {
      finger.down(100, 100);
      finger.move(x, 100);
      second.down(200, 100);
      second.up(200, 100);
      finger.up(x, 100);
    }

    expect(editor.draft.state.get()).toBeNull();
  });

  test("leave the corners that were put before them", () => {
    const { editor, finger, second } = touching({ tool: "polygon" });
    for (const [x, y] of [[100, 100] as const, [200, 100] as const]) {
      finger.down(x, y);
      finger.up(x, y);
    }
    finger.down(150, 200);
    finger.move(170, 200);
    second.down(250, 200);

    expect(editor.sketch.get()?.lines[0]).toEqual([5, 5, 15, 5]);
  });
});

describe("one finger", () => {
  test("that is lifted where it was put is a click", async () => {
    const answer = decodedAs(draw(...Array(20).fill("#".repeat(30))));
    const { finger, prompts } = touching({ tool: "point", decode: async () => answer });
    finger.down(150, 150);
    finger.move(153, 151);
    finger.up(153, 151);

    expect(prompts()).toEqual([{ kind: "point", xy: [10, 10], label: 1 }]);
  });

  test("that moves draws from where it was put", () => {
    const { finger, saved } = touching({ tool: "brush" });
    finger.down(100, 100);
    finger.move(160, 100);
    finger.up(160, 100);

    expect(saved).toMatchObject([[{ kind: "create" }]]);
  });
});

describe("once a pen was seen", () => {
  test("a finger moves the image, and on the next image too", () => {
    const hands = { isPanning: false, hasPen: false };
    touching({ tool: "brush" }, hands).by("pen", 9).move(10, 10);
    const { board, finger, saved, editor } = touching({ tool: "brush" }, hands);
    finger.down(100, 100);
    finger.move(140, 120);
    finger.up(140, 120);

    expect(board.view.get()).toEqual({ ...FIT, x: 90, y: 70 });
    expect(editor.stroke.get()).toBeNull();
    expect(saved).toEqual([]);
  });

  test("a finger that taps does nothing and is told why", () => {
    const { editor, finger } = touching({ tool: "point" }, { isPanning: false, hasPen: true });
    finger.down(100, 100);
    finger.up(100, 100);

    expect(editor.draft.state.get()).toBeNull();
    expect(editor.notice.get()).toContain("pen");
  });

  test("the palm beside it draws nothing, before it or while it draws", () => {
    const { by, finger, second, board, editor, saved } = touching({ tool: "brush" });
    const pen = by("pen", 9);
    finger.down(300, 250); // the palm comes first, and slides
    finger.move(320, 250);
    pen.down(100, 100);
    second.down(310, 260);
    finger.move(330, 280);
    pen.move(150, 100);
    const drawn = editor.stroke.get()?.points.map(({ y }) => Math.round(y));
    pen.up(150, 100);

    expect(drawn?.every((y) => y === 5)).toBe(true);
    expect(saved).toHaveLength(1);
    expect(board.view.get()).toEqual(FIT);
  });
});
