import { startTransition, useCallback, useLayoutEffect, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { choices } from "@/api/preferences";
import { offerLate } from "@/commands/on-offer";
import { keepHabits } from "@/editor/habits";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import { AroundImage, type AroundProps } from "./AroundImage";
import { StageView } from "./StageView";
import { useEffort } from "./useEffort";
import { useKeptProposals } from "./useKeptProposals";
import { useLabels } from "./useLabels";
import { useNextLabel } from "./useNextLabel";
import { useReturn } from "./useReturn";

type Props = Omit<AroundProps, "stage">;
type Staged = Pick<AroundProps, "image" | "stage">;

/**
 * The editor. Another image is on the stage as soon as it can be drawn; what stands around it
 * follows, as a thousand elements take longer than the picture.
 */
export function Workspace({ image, notice, ...others }: Props) {
  const labels = useLabels(image);
  const place = { project: others.project.id, image: image.detail.get().id };
  useNextLabel(image.editor.label, place, labels);
  useEffort(image.editor.meter);
  useLayoutEffect(() => keepHabits(image.editor, choices), [image.editor]);
  useKeptProposals(image.editor);

  const staged = useRef<Staged | null>(null);
  const [around, setAround] = useState<Staged | null>(null);
  const onStage = useCallback(
    (stage: Stage | null) => {
      if (stage === null) return; // the next one is about to come
      const made = { image, stage };
      staged.current = made;
      startTransition(() => setAround(made));
    },
    [image],
  );
  useReturn(image, staged);
  const isTurning = around?.image !== image;
  useLayoutEffect(() => {
    // A key means the image that is seen, so its commands come first.
    if (isTurning) return offerLate(() => flushSync(() => setAround(staged.current)));
  }, [isTurning]);

  return (
    <div className={classes.page} data-turning={isTurning || undefined}>
      <div className={classes.stageArea}>
        <StageView {...{ image, labels, onStage }} />
      </div>
      <div className={classes.around} inert={isTurning}>
        {around !== null && (
          <AroundImage
            key={around.image.detail.get().id}
            {...around}
            {...others}
            notice={isTurning ? null : notice}
          />
        )}
      </div>
    </div>
  );
}
