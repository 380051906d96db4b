import { Text } from "@mantine/core";
import { useInViewport } from "@mantine/hooks";
import { type ReactNode, useState } from "react";
import { AnchorLink } from "@/components/links";
import { Picture } from "./Picture";
import classes from "./PictureCard.module.css";
import type { Pictured, Pictures } from "./pictures";

interface Props {
  image: Pictured | null; // null: it is in the trash
  fileName: string;
  project: number;
  /** What the editor shows of it, as its address has it; undefined: all. */
  box?: string | undefined;
  pictures: Pictures;
  label: string;
  /** Draws into the canvas; a new function draws again. */
  draw: (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => void;
  /** What is said of it. */
  children: ReactNode;
}

/** An image in a list of them, which opens in the editor; pixels are fetched once it is in sight. */
export function PictureCard({ image, fileName, project, box, ...shown }: Props) {
  const { pictures, label, draw, children } = shown;
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
      <figcaption className={classes.words}>
        {image ? (
          <AnchorLink
            to="/projects/$projectId/annotate"
            params={{ projectId: String(project) }}
            search={{ image: image.id, box }}
            size="sm"
            truncate
          >
            {fileName}
          </AnchorLink>
        ) : (
          <Text size="sm" truncate>
            {fileName}
          </Text>
        )}
        {children}
      </figcaption>
    </figure>
  );
}
