interface Size {
  width: number;
  height: number;
}

/** From a point of a frame in which an image is contained to image pixels; null beside the image. */
export function pointInImage(
  x: number,
  y: number,
  frame: Size,
  image: Size,
): { x: number; y: number } | null {
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  const inside = {
    x: (x - (frame.width - image.width * scale) / 2) / scale,
    y: (y - (frame.height - image.height * scale) / 2) / scale,
  };
  const isInside =
    inside.x >= 0 && inside.y >= 0 && inside.x <= image.width && inside.y <= image.height;
  return isInside ? inside : null;
}
