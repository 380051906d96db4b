/** Points, boxes and the view that maps between an image and the screen. */

declare const frame: unique symbol;

/** A point that remembers its frame of reference: the compiler refuses to mix the two. */
interface Point<Frame extends string> {
  readonly x: number;
  readonly y: number;
  readonly [frame]?: Frame;
}

/** In image pixels; (0, 0) is the corner of the first pixel, (0.5, 0.5) its centre. */
export type ImagePoint = Point<"image">;
/** In CSS pixels from the top left corner of the stage. */
export type ScreenPoint = Point<"screen">;

/** Whole image pixels, x1 and y1 exclusive. */
export interface Box {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export type SizeHW = readonly [height: number, width: number];

/** A part of an image, in whole pixels of it. */
export interface Window {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The window that is all of an image. */
export function wholeOf([height, width]: SizeHW): Window {
  return { x: 0, y: 0, width, height };
}

export function sizeOf({ height, width }: Window): SizeHW {
  return [height, width];
}

/** screen = image * scale + (x, y), in CSS pixels. */
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Area {
  readonly width: number;
  readonly height: number;
}

const MAX_SCALE = 64; // CSS pixels per image pixel
const MIN_FIT_SHARE = 0.25; // zooming out stops at a quarter of the fitting size

export function toImage(view: View, at: ScreenPoint): ImagePoint {
  return { x: (at.x - view.x) / view.scale, y: (at.y - view.y) / view.scale };
}

export function toScreen(view: View, at: ImagePoint): ScreenPoint {
  return { x: at.x * view.scale + view.x, y: at.y * view.scale + view.y };
}

/** Show the whole image, centred, with a margin; `below_px` is that of its lower edge. */
export function fitView(stage: Area, image: Area, margin_px = 24, below_px = margin_px): View {
  const room = {
    width: Math.max(stage.width - 2 * margin_px, 1),
    height: Math.max(stage.height - margin_px - below_px, 1),
  };
  const scale = Math.min(room.width / image.width, room.height / image.height, MAX_SCALE);
  return {
    scale,
    x: (stage.width - image.width * scale) / 2,
    y: (stage.height + margin_px - below_px - image.height * scale) / 2,
  };
}

/** Multiply the scale and keep the image point under the cursor where it is. */
export function zoomAt(view: View, at: ScreenPoint, factor: number, fit: View): View {
  const smallest = Math.min(fit.scale * MIN_FIT_SHARE, 1);
  const scale = clamp(view.scale * factor, smallest, MAX_SCALE);
  const ratio = scale / view.scale;
  return { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/** Two fingers move: what of the image is between them stays there, as far apart as they are. */
export function pinchView(
  view: View,
  [a, b]: readonly [ScreenPoint, ScreenPoint],
  [toA, toB]: readonly [ScreenPoint, ScreenPoint],
  fit: View,
): View {
  const before_px = Math.max(Math.hypot(a.x - b.x, a.y - b.y), 1);
  const after_px = Math.max(Math.hypot(toA.x - toB.x, toA.y - toB.y), 1);
  const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
  const { scale, x, y } = zoomAt(view, middle, after_px / before_px, fit);
  return { scale, x: x + (toA.x + toB.x) / 2 - middle.x, y: y + (toA.y + toB.y) / 2 - middle.y };
}

/** Move the view, but never so far that the image leaves the stage. */
export function panBy(view: View, dx: number, dy: number, stage: Area, image: Area): View {
  const visible_px = 48;
  const reach = (offset: number, room: number, side: number): number =>
    clamp(offset, visible_px - side * view.scale, room - visible_px);
  return {
    scale: view.scale,
    x: reach(view.x + dx, stage.width, image.width),
    y: reach(view.y + dy, stage.height, image.height),
  };
}

/** What was in the middle of a stage stays there when the stage changes its size. */
export function afterResize(view: View, before: Area, after: Area): View {
  const x = view.x + (after.width - before.width) / 2;
  const y = view.y + (after.height - before.height) / 2;
  return { ...view, x, y };
}

/** Bring a box to the middle of the stage and as near as is comfortable. */
export function viewOfBox(stage: Area, box: Box, largest = 8): View {
  const scale = Math.min(
    (stage.width * 0.5) / (box.x1 - box.x0),
    (stage.height * 0.5) / (box.y1 - box.y0),
    largest,
  );
  return {
    scale,
    x: stage.width / 2 - ((box.x0 + box.x1) / 2) * scale,
    y: stage.height / 2 - ((box.y0 + box.y1) / 2) * scale,
  };
}

/** Whether some of a box is on the stage. */
export function isOnStage(view: View, { width, height }: Area, box: Box): boolean {
  const from = toScreen(view, { x: box.x0, y: box.y0 });
  const to = toScreen(view, { x: box.x1, y: box.y1 });
  return from.x < width && from.y < height && to.x > 0 && to.y > 0;
}

export function isInside(at: ImagePoint, [height, width]: SizeHW): boolean {
  return at.x >= 0 && at.y >= 0 && at.x < width && at.y < height;
}

/** The point itself, or the middle of the nearest pixel of the image. */
export function clampToImage(at: ImagePoint, size_hw: SizeHW): ImagePoint {
  if (isInside(at, size_hw)) return at;
  const [height, width] = size_hw;
  return { x: clamp(at.x, 0.5, width - 0.5), y: clamp(at.y, 0.5, height - 0.5) };
}

/** The box of two corners, inside the image, in image pixels that need not be whole. */
export function boxOfCorners(a: ImagePoint, b: ImagePoint, [height, width]: SizeHW): Box {
  return {
    x0: clamp(Math.min(a.x, b.x), 0, width),
    y0: clamp(Math.min(a.y, b.y), 0, height),
    x1: clamp(Math.max(a.x, b.x), 0, width),
    y1: clamp(Math.max(a.y, b.y), 0, height),
  };
}

export function unionBox(a: Box | null, b: Box | null): Box | null {
  if (a === null || b === null) return a ?? b;
  return {
    x0: Math.min(a.x0, b.x0),
    y0: Math.min(a.y0, b.y0),
    x1: Math.max(a.x1, b.x1),
    y1: Math.max(a.y1, b.y1),
  };
}

export function clamp(value: number, low: number, high: number): number {
  return low > high ? (low + high) / 2 : Math.min(Math.max(value, low), high);
}
