import { Group, Text } from "@mantine/core";
import { type ReactNode, useCallback } from "react";
import type { RoundExample } from "@/api/types";
import { AnchorLink } from "@/components/links";
import { drawBeside } from "@/components/pictures/crop";
import { Picture } from "@/components/pictures/Picture";
import type { Pictures } from "@/components/pictures/pictures";
import { maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";
import classes from "./Examples.module.css";

const TRUTH = "#ffffff";

/** What a model lost, or fails on. */
export const WRONG = "#fa5252";

/** A judged round, and how many objects of the holdout it was judged on. */
export interface Judged {
  round: number;
  project: number;
  objects: number;
}

type PicturedImage = RoundExample["image"];

interface AnswerProps {
  image: PicturedImage;
  pictures: Pictures;
  name: string;
  iou: number;
  colour: string;
  truth: RoundExample["truth"] | null;
  answer: RoundExample["truth"] | null;
  /** The picture is cut out around the answer: there is no object. */
  isFalse?: boolean;
}

/** A model's answer, filled, and the finished mask, outlined, on what is around them. */
export function Answer(props: AnswerProps) {
  const { image, pictures, name, iou, colour, truth, answer, isFalse = false } = props;
  const draw = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => {
      const filled = answer ? { mask: maskFromRLE(answer as RLE), colour } : null;
      const outlined = truth ? { mask: maskFromRLE(truth as RLE), colour: TRUTH } : null;
      const box = (isFalse ? filled : outlined)?.mask.box;
      if (box) drawBeside(canvas, bitmap, box, filled, outlined);
    },
    [truth, answer, colour, isFalse],
  );
  const label = `${name}: ${image.file_name}, IoU ${iou.toFixed(2)}`;
  return (
    <div className={classes.answer}>
      <Picture image={image} pictures={pictures} label={label} draw={draw} />
      <span className={classes.name}>{name}</span>
    </div>
  );
}

interface NameProps {
  project: number;
  image: PicturedImage;
  box?: string | undefined;
  className?: string | undefined;
  children: ReactNode;
}

/** An image's name, which leads to it, beside what was measured on it. */
export function NameAndIoU({ project, image, box, className, children }: NameProps) {
  return (
    <Group justify="space-between" gap="xs" wrap="nowrap">
      <AnchorLink
        to="/projects/$projectId/annotate"
        params={{ projectId: String(project) }}
        search={{ image: image.id, box }}
        className={className}
        size="xs"
        truncate
      >
        {image.file_name}
      </AnchorLink>
      <Text size="xs" className="tabular" style={{ whiteSpace: "nowrap" }}>
        IoU {children}
      </Text>
    </Group>
  );
}
