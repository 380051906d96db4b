/** How a picture is looked at in its place: whole at first, then nearer and elsewhere. */

import {
  type Area,
  afterResize,
  type Box,
  clamp,
  fitView,
  type ImagePoint,
  isInside,
  panBy,
  pinchView,
  type ScreenPoint,
  toImage,
  type View,
  zoomAt,
} from "@/editor/geometry";
import { Signal } from "@/editor/signal";

const MARGIN_PX = 16;

export class PictureView {
  readonly view = new Signal<View>({ scale: 1, x: 0, y: 0 });
  readonly #image: Area;
  #place: Area = { width: 0, height: 0 };
  #isWhole = true;

  constructor(image: Area) {
    this.#image = image;
  }

  resize(place: Area): void {
    const before = this.#place;
    this.#place = place;
    if (this.#isWhole) this.fit();
    else this.view.set(afterResize(this.view.get(), before, place));
  }

  /** Shows the whole picture. */
  fit(): void {
    this.#isWhole = true;
    this.view.set(this.#fitted());
  }

  zoomAt(at: ScreenPoint, factor: number): void {
    this.#move(zoomAt(this.view.get(), at, factor, this.#fitted()));
  }

  zoomAtMiddle(factor: number): void {
    this.zoomAt({ x: this.#place.width / 2, y: this.#place.height / 2 }, factor);
  }

  panBy(dx: number, dy: number): void {
    this.#move(panBy(this.view.get(), dx, dy, this.#place, this.#image));
  }

  pinch(from: readonly [ScreenPoint, ScreenPoint], to: readonly [ScreenPoint, ScreenPoint]): void {
    const view = pinchView(this.view.get(), from, to, this.#fitted());
    this.#move(panBy(view, 0, 0, this.#place, this.#image)); // no farther than it is seen
  }

  /** The point of the image; null beside it. */
  toImage(at: ScreenPoint): ImagePoint | null {
    const { width, height } = this.#image;
    const point = toImage(this.view.get(), at);
    return isInside(point, [height, width]) ? point : null;
  }

  /** What of the image can be seen, in image pixels. */
  inSight(): Box {
    const { width, height } = this.#image;
    const from = toImage(this.view.get(), { x: 0, y: 0 });
    const to = toImage(this.view.get(), { x: this.#place.width, y: this.#place.height });
    return {
      x0: clamp(from.x, 0, width),
      y0: clamp(from.y, 0, height),
      x1: clamp(to.x, 0, width),
      y1: clamp(to.y, 0, height),
    };
  }

  #move(view: View): void {
    this.#isWhole = false;
    this.view.set(view);
  }

  #fitted(): View {
    return fitView(this.#place, this.#image, MARGIN_PX);
  }
}
