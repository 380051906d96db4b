/** One canvas of the stack, as sharp as the screen is. */

import type { Area, View } from "@/editor/geometry";

export type Context = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D;

export class Layer {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  ratio = 1; // device pixels to one CSS pixel

  constructor(host: HTMLElement) {
    this.canvas = document.createElement("canvas");
    this.canvas.setAttribute("aria-hidden", "true");
    Object.assign(this.canvas.style, { position: "absolute", inset: "0" });
    host.append(this.canvas);
    const context = this.canvas.getContext("2d");
    if (context === null) throw new Error("This browser cannot draw on a canvas.");
    this.context = context;
  }

  resize({ width, height }: Area, ratio: number): void {
    this.ratio = ratio;
    const columns = Math.max(Math.round(width * ratio), 1);
    const rows = Math.max(Math.round(height * ratio), 1);
    if (this.canvas.width === columns && this.canvas.height === rows) return;
    this.canvas.width = columns;
    this.canvas.height = rows;
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
  }

  clear(): void {
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }
}

/** The canvases of a stage, one on the other. */
export interface StageLayers {
  readonly image: Layer;
  readonly masks: Layer;
  readonly overlay: Layer;
}

export function stackLayers(host: HTMLElement): StageLayers {
  return { image: new Layer(host), masks: new Layer(host), overlay: new Layer(host) };
}

/** Make a context draw in image pixels. */
export function drawInImage(context: Context, view: View, ratio: number): void {
  const scale = view.scale * ratio;
  context.setTransform(scale, 0, 0, scale, view.x * ratio, view.y * ratio);
}

/** Make a context draw in CSS pixels. */
export function drawOnScreen(context: Context, ratio: number): void {
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
