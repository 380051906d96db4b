/** All masks and proposals of an image, drawn so that thousands of them delay no frame. */

import type { Box, View } from "@/editor/geometry";
import { pixelBox } from "@/editor/mask";
import { doBoxesMeet } from "@/editor/mask-sets";
import { drawInImage, type Layer } from "@/editor/render/layer";
import { pixelsOf } from "@/editor/render/pixels";
import {
  changesOfShapes,
  drawShape,
  type MaskScene,
  type Shape,
  shapesOf,
} from "@/editor/render/shapes";

const CHEAP_MS = 7; // a whole drawing that takes less is simply repeated in every frame
const SETTLE_MS = 90;
const SLICE_MS = 5; // of each frame, while a whole drawing is made
const AT_ONCE = 150; // shapes
const FEW_AT_FIRST = 40; // shapes: their outlines take no longer than their pixels
const FEW = 12; // new shapes, of which the outlines are drawn at once
const BEFORE_CLOCK = 12; // shapes that are painted before a look at the clock
const EDGE_PX = 4; // on screen: lines reach less far out of their masks

/** A drawing of the shapes, whole or in the making. */
interface Drawing {
  readonly canvas: HTMLCanvasElement;
  readonly shapes: readonly Shape[];
  readonly view: View;
  drawn: number; // shapes, the first ones
}

export class MaskLayer {
  #layer: Layer;
  #shown: Drawing | null = null;
  #next: Drawing | null = null; // takes the place of what is shown once it is whole
  #spare = document.createElement("canvas");
  #view: View | null = null;
  #cost_ms = 0; // of the last whole drawing
  #frame = 0;
  #settle = 0;
  #elsewhere = document.createElement("canvas").getContext("2d");

  constructor(layer: Layer) {
    this.#layer = layer;
  }

  /** The annotations, what is shown of them, or the size changed: what is new shows at once. */
  draw(scene: MaskScene, view: View): void {
    const shapes = shapesOf(scene);
    const shown = this.#shown;
    const isInMaking = this.#next !== null;
    if (isInMaking && this.#isAlready(shapes, view)) return;
    this.#stop();
    if ((shown === null || !this.#hasSize(shown.canvas)) && shapes.length > FEW_AT_FIRST) {
      const drawing = this.#blank(shapes, view);
      this.#addPixels(drawing, shapes);
      this.#show(drawing);
      this.#begin(shapes, view);
      this.#copy(view);
      return;
    }
    if (shown === null || shapes.length <= AT_ONCE) {
      this.#drawAtOnce(shapes, view);
      return;
    }
    const { box, added } = changesOfShapes(shown.shapes, shapes);
    if (isInMaking || shown.view !== view || !this.#mend(shown, shapes, box)) {
      // On top, until the drawing is whole that has them in their places.
      if (added.length > FEW) this.#addPixels(shown, added);
      else for (const shape of added) drawOn(shown, shape);
      this.#begin(shapes, view);
    }
    this.#copy(view);
  }

  /** Whether the drawing in the making is of nothing else: a save changes only what is not seen. */
  #isAlready(shapes: readonly Shape[], view: View): boolean {
    const next = this.#next;
    if (next === null || next.view !== view || !this.#hasSize(next.canvas)) return false;
    return changesOfShapes(next.shapes, shapes).box === null;
  }

  /** Follow the view. With many masks the last drawing moves along until the view rests. */
  move(scene: MaskScene, view: View): void {
    this.#stop();
    const count = scene.masks.length + scene.proposals.length;
    if (count <= AT_ONCE && this.#cost_ms < CHEAP_MS) {
      this.#drawAtOnce(shapesOf(scene), view);
      return;
    }
    this.#copy(view);
    this.#settle = window.setTimeout(() => this.#begin(shapesOf(scene), view), SETTLE_MS);
  }

  dispose(): void {
    this.#stop();
  }

  #stop(): void {
    clearTimeout(this.#settle);
    cancelAnimationFrame(this.#frame);
    this.#next = null;
  }

  #drawAtOnce(shapes: readonly Shape[], view: View): void {
    const started = performance.now();
    const drawing = this.#blank(shapes, view);
    for (const shape of shapes) drawOn(drawing, shape);
    this.#show(drawing);
    this.#copy(view);
    this.#cost_ms = performance.now() - started;
  }

  /** Show something of the shapes at once: outlines take ten times as long. */
  #addPixels({ canvas, view }: Drawing, shapes: readonly Shape[]): void {
    const [first] = shapes;
    const context = canvas.getContext("2d");
    if (first === undefined || context === null) return;
    const { ratio } = this.#layer;
    const seen = {
      x0: -view.x / view.scale,
      y0: -view.y / view.scale,
      x1: (canvas.width / ratio - view.x) / view.scale,
      y1: (canvas.height / ratio - view.y) / view.scale,
    };
    drawPixels(context, shapes, pixelBox(seen, first.mask.size_hw), view.scale * ratio);
  }

  /** Make a whole drawing, a slice in each frame. */
  #begin(shapes: readonly Shape[], view: View): void {
    this.#next = this.#blank(shapes, view);
    this.#frame = requestAnimationFrame(() => this.#goOn());
  }

  #goOn(): void {
    const drawing = this.#next;
    if (drawing === null) return;
    const until = performance.now() + SLICE_MS;
    while (drawing.drawn < drawing.shapes.length && performance.now() < until) {
      const chunk = drawing.shapes.slice(drawing.drawn, drawing.drawn + BEFORE_CLOCK);
      for (const shape of chunk) drawOn(drawing, shape);
      drawing.drawn += chunk.length;
      this.#paint(drawing);
    }
    if (drawing.drawn < drawing.shapes.length) {
      this.#frame = requestAnimationFrame(() => this.#goOn());
      return;
    }
    this.#next = null;
    this.#show(drawing);
    this.#copy(this.#view ?? drawing.view);
  }

  /** A canvas only notes what is drawn on it, until it is drawn elsewhere: then it is all painted. */
  #paint({ canvas }: Drawing): void {
    this.#elsewhere?.drawImage(canvas, 0, 0, 1, 1, 0, 0, 1, 1);
  }

  /** Draw anew only where something changed. False when too many shapes are there. */
  #mend(shown: Drawing, shapes: readonly Shape[], box: Box | null): boolean {
    const context = shown.canvas.getContext("2d");
    if (context === null || box === null) return true;
    const { view } = shown;
    const edge = EDGE_PX / view.scale;
    const touched = shapes.filter(({ mask }) => doBoxesMeet(mask.box, grown(box, 2 * edge)));
    if (touched.length > AT_ONCE) return false;
    const { ratio } = this.#layer;
    // Whole device pixels, or the rim would be mended by half.
    const { x0, y0, x1, y1 } = grown(box, edge);
    const left = Math.floor((x0 * view.scale + view.x) * ratio);
    const top = Math.floor((y0 * view.scale + view.y) * ratio);
    const width = Math.ceil((x1 * view.scale + view.x) * ratio) - left;
    const height = Math.ceil((y1 * view.scale + view.y) * ratio) - top;
    context.save();
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    context.clearRect(left, top, width, height);
    drawInImage(context, view, ratio);
    for (const shape of touched) drawShape(context, shape, view.scale);
    context.restore();
    this.#shown = { ...shown, shapes };
    return true;
  }

  #blank(shapes: readonly Shape[], view: View): Drawing {
    const { canvas, ratio } = this.#layer;
    this.#spare.width = canvas.width; // which empties it as well
    this.#spare.height = canvas.height;
    const context = this.#spare.getContext("2d");
    if (context !== null) drawInImage(context, view, ratio);
    return { canvas: this.#spare, shapes, view, drawn: 0 };
  }

  #show(drawing: Drawing): void {
    this.#spare = this.#shown?.canvas ?? document.createElement("canvas");
    this.#shown = drawing;
  }

  #hasSize({ width, height }: HTMLCanvasElement): boolean {
    const { canvas } = this.#layer;
    return canvas.width === width && canvas.height === height;
  }

  #copy(view: View): void {
    this.#view = view;
    this.#layer.clear();
    if (this.#shown === null) return;
    const { context, ratio } = this.#layer;
    const { canvas, view: from } = this.#shown;
    const scale = view.scale / from.scale;
    const x = (view.x - from.x * scale) * ratio;
    const y = (view.y - from.y * scale) * ratio;
    // By whole pixels a copy takes a seventh of the time; while it moves nobody sees the rest.
    if (scale === 1) context.setTransform(1, 0, 0, 1, Math.round(x), Math.round(y));
    else context.setTransform(scale, 0, 0, scale, x, y);
    context.drawImage(canvas, 0, 0);
  }
}

function drawPixels(
  context: CanvasRenderingContext2D,
  shapes: readonly Shape[],
  box: Box,
  scale: number,
): void {
  const step = Math.max(Math.floor(1 / scale), 1);
  const { width, height, rgba } = pixelsOf(shapes, box, step);
  if (width === 0 || height === 0) return; // the image is out of view
  const picture = new OffscreenCanvas(width, height);
  const bytes = new Uint8ClampedArray(rgba.buffer);
  picture.getContext("2d")?.putImageData(new ImageData(bytes, width, height), 0, 0);
  context.drawImage(picture, box.x0, box.y0, width * step, height * step);
}

function drawOn({ canvas, view }: Drawing, shape: Shape): void {
  const context = canvas.getContext("2d");
  if (context !== null) drawShape(context, shape, view.scale);
}

function grown({ x0, y0, x1, y1 }: Box, by: number): Box {
  return { x0: x0 - by, y0: y0 - by, x1: x1 + by, y1: y1 + by };
}
