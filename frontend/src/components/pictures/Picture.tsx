import { useElementSize } from "@mantine/hooks";
import { useLayoutEffect, useRef, useState } from "react";
import classes from "./Picture.module.css";
import type { Pictured, Pictures } from "./pictures";

interface Props {
  image: Pictured;
  pictures: Pictures;
  label: string;
  /** Draws into the canvas; a new function draws again. */
  draw: (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => void;
  /** It can be seen now. */
  onShown?: () => void;
  /** It cannot, and the person reads why. */
  onFault?: () => void;
}

const BLANK_AFTER_MS = 80; // a shorter wait is not worth a flicker

/** A canvas as large as its place, drawn once the pixels are here. */
export function Picture({ image, pictures, label, draw, onShown, onFault }: Props) {
  const { ref, width, height } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [fault, setFault] = useState<string | null>(null);

  // Before the browser paints: pixels that are here show in the same frame as the words beside them.
  useLayoutEffect(() => {
    let isStale = false;
    const onBitmap = (bitmap: ImageBitmap): void => {
      const target = canvas.current;
      clearTimeout(blank);
      if (isStale || target === null || width === 0 || height === 0) return;
      target.width = Math.round(width * devicePixelRatio);
      target.height = Math.round(height * devicePixelRatio);
      draw(target, bitmap);
      setFault(null);
      onShown?.();
    };
    const report = (error: unknown): void => {
      if (isStale) return;
      setFault(error instanceof Error ? error.message : "The image did not load.");
      onFault?.();
    };
    const blank = setTimeout(() => clear(canvas.current), BLANK_AFTER_MS);
    pictures.bitmap(image).then(onBitmap).catch(report);
    return () => {
      isStale = true;
      clearTimeout(blank);
    };
  }, [image, pictures, draw, onShown, onFault, width, height]);

  return (
    <div ref={ref} className={classes.picture}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {fault !== null && <p className={classes.fault}>{fault}</p>}
    </div>
  );
}

/** What is not the picture asked for must not be taken for it. */
function clear(canvas: HTMLCanvasElement | null): void {
  if (canvas !== null) canvas.width = canvas.clientWidth;
}
