/** Draws one canvas in a look: CSS filters, with an SVG filter for what CSS has no word for. */

import { channelMatrix, gammaExponent, imageFilter, type Look } from "@/editor/look";

const SVG = "http://www.w3.org/2000/svg";

let made = 0;

/** At the plain look there is no filter at all, and the browser composes the canvas as it is. */
export class ImageFilter {
  #canvas: HTMLCanvasElement;
  #svg: SVGSVGElement | null = null;
  #id: string;

  constructor(canvas: HTMLCanvasElement) {
    made += 1;
    this.#canvas = canvas;
    this.#id = `anneal-look-${made}`;
  }

  show(look: Look): void {
    this.#svg?.remove();
    this.#svg = svgFilter(look, this.#id);
    if (this.#svg !== null) this.#canvas.after(this.#svg);
    this.#canvas.style.filter = imageFilter(look, this.#id);
  }

  remove(): void {
    this.#svg?.remove();
  }
}

function svgFilter(look: Look, id: string): SVGSVGElement | null {
  const matrix = channelMatrix(look);
  const exponent = gammaExponent(look);
  if (matrix === null && exponent === null) return null;
  const svg = element("svg", { width: "0", height: "0", "aria-hidden": "true" });
  svg.style.position = "absolute";
  // In sRGB, as brightness and contrast are; SVG's own default would be linear light.
  const filter = element("filter", { id, "color-interpolation-filters": "sRGB" });
  if (matrix !== null) filter.append(element("feColorMatrix", { values: matrix.join(" ") }));
  if (exponent !== null) {
    const transfer = element("feComponentTransfer", {});
    for (const name of ["feFuncR", "feFuncG", "feFuncB"] as const) {
      transfer.append(element(name, { type: "gamma", exponent: String(exponent) }));
    }
    filter.append(transfer);
  }
  svg.append(filter);
  return svg;
}

function element<K extends keyof SVGElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
