import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef, useState } from "react";
import type { ImageToVerify } from "./api";
import type { Pictures } from "./pictures";
import classes from "./VerifyPage.module.css";

interface Props {
  image: ImageToVerify;
  pictures: Pictures;
  label: string;
  /** Draws into the canvas; a new function draws again. */
  draw: (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => void;
}

/** A canvas as large as its place, drawn once the pixels are here. */
export function Picture({ image, pictures, label, draw }: Props) {
  const { ref, width, height } = useElementSize();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [fault, setFault] = useState<string | null>(null);

  useEffect(() => {
    let isStale = false;
    const onBitmap = (bitmap: ImageBitmap): void => {
      const target = canvas.current;
      if (isStale || target === null || width === 0 || height === 0) return;
      target.width = Math.round(width * devicePixelRatio);
      target.height = Math.round(height * devicePixelRatio);
      draw(target, bitmap);
      setFault(null);
    };
    const onFault = (error: unknown): void => {
      if (!isStale) setFault(error instanceof Error ? error.message : "The image did not load.");
    };
    pictures.bitmap(image).then(onBitmap).catch(onFault);
    return () => {
      isStale = true;
    };
  }, [image, pictures, draw, width, height]);

  return (
    <div ref={ref} className={classes.picture}>
      <canvas ref={canvas} role="img" aria-label={label} />
      {fault !== null && <p className={classes.fault}>{fault}</p>}
    </div>
  );
}
