import { Text } from "@mantine/core";
import { useCallback, useMemo } from "react";
import type { CaptionChange, ChangedImage } from "@/api/types";
import { drawOutlines } from "@/components/pictures/crop";
import { PictureCard } from "@/components/pictures/PictureCard";
import type { Pictures } from "@/components/pictures/pictures";
import { formatBox } from "@/pages/annotate/address";
import classes from "./ChangedFigure.module.css";
import { boxAround, captionOf, imageWords, movesOf, outlinesOf } from "./diffWords";

const CAPTIONS = 3; // shown of an image

interface Props {
  found: ChangedImage;
  pictures: Pictures;
  project: number;
}

/** One image with the masks that changed on it, and what else did. */
export function ChangedFigure({ found, pictures, project }: Props) {
  const { image, file_name, masks, captions } = found;
  const outlines = useMemo(() => outlinesOf(masks), [masks]);
  const around = boxAround(outlines);
  const moves = movesOf(masks);
  const draw = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) =>
      drawOutlines(canvas, bitmap, around, outlines),
    [around, outlines],
  );
  return (
    <PictureCard
      image={image}
      fileName={file_name}
      project={project}
      box={around ? formatBox(around) : undefined}
      pictures={pictures}
      label={`Changes on ${file_name}`}
      draw={draw}
    >
      <Text size="xs" c="dimmed" className="tabular">
        {imageWords(found).join(" · ")}
      </Text>
      {moves.length > 0 && <Text size="xs">{moves.join(", ")}</Text>}
      {captions.slice(0, CAPTIONS).map((change) => (
        <Caption key={`${change.mask} ${change.before} ${change.after}`} change={change} />
      ))}
    </PictureCard>
  );
}

function Caption({ change }: { change: CaptionChange }) {
  return (
    <Text size="xs" mt={4} style={{ overflowWrap: "anywhere" }}>
      <Text span inherit c="dimmed">
        {captionOf(change)}:
      </Text>{" "}
      {change.before !== null && <del className={classes.before}>{change.before}</del>}{" "}
      {change.after !== null && <ins className={classes.after}>{change.after}</ins>}
    </Text>
  );
}
