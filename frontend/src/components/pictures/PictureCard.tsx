import { Text } from "@mantine/core";
import { useInViewport } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { Picture } from "./Picture";
import classes from "./PictureCard.module.css";
import type { Pictured, Pictures } from "./pictures";

interface Props {
  image: Pictured | null; // null: it is in the trash
  pictures: Pictures;
  label: string;
  /** Draws into the canvas; a new function draws again. */
  draw: (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => void;
  /** What is said of it. */
  children: ReactNode;
}

/** An image in a list of them; its pixels are fetched once it comes in sight. */
export function PictureCard({ image, pictures, label, draw, children }: Props) {
  const { ref, inViewport } = useInViewport();
  const [wasSeen, setSeen] = useState(false);
  if (inViewport && !wasSeen) setSeen(true);
  return (
    <figure className={classes.figure}>
      <div ref={ref} className={classes.frame}>
        {image === null && (
          <Text size="xs" c="dimmed" m="auto">
            In the trash
          </Text>
        )}
        {image && wasSeen && (
          <Picture image={image} pictures={pictures} label={label} draw={draw} />
        )}
      </div>
      <figcaption className={classes.words}>{children}</figcaption>
    </figure>
  );
}
