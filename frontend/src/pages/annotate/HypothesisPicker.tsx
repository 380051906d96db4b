import { Kbd } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";
import { useSignal } from "@/components/useSignal";
import { type DraftState, type Hypothesis, isAmbiguous } from "@/editor/draft";
import type { Editor } from "@/editor/editor";
import { type Box, clamp, toScreen, unionBox, type View } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import { placeOfPicker } from "./picker-place";
import { drawThumb } from "./thumbs";

const SIDE_px = 76;

interface Props {
  editor: Editor;
  stage: Stage;
  bitmap: ImageBitmap;
}

/** The three masks that one click may mean, beside them: keys 1, 2 and 3. */
export function HypothesisPicker({ editor, stage, bitmap }: Props) {
  const draft = useSignal(editor.draft.state);
  const view = useSignal(stage.view);
  const size = useSignal(stage.size);
  const point = draft?.prompts[0];
  if (draft === null || !isAmbiguous(draft) || point?.kind !== "point") return null;

  const click = toScreen(view, { x: point.xy[0], y: point.xy[1] });
  const boxes = draft.hypotheses.flatMap(({ mask }) => mask.box ?? []);
  const around = boxes.reduce<Box | null>(unionBox, null);
  const place = placeOfPicker(
    click,
    boxes.map((box) => onStage(view, box)),
    size,
  );
  return (
    <fieldset
      className={`${classes.float} ${classes.picker}`}
      style={{ ...place }}
      aria-label="What was meant"
    >
      {draft.hypotheses.map((hypothesis, index) => (
        <Choice key={hypothesis.token} {...{ editor, draft, hypothesis, index, bitmap, around }} />
      ))}
      {isSurprising(draft) && (
        <span className={classes.pickerWhy}>How exact each is, not which you meant.</span>
      )}
    </fieldset>
  );
}

function onStage(view: View, { x0, y0, x1, y1 }: Box): Box {
  const [from, to] = [toScreen(view, { x: x0, y: y0 }), toScreen(view, { x: x1, y: y1 })];
  return { x0: from.x, y0: from.y, x1: to.x, y1: to.y };
}

/** Whether another one than the marked has the best score, which looks like an error. */
function isSurprising({ hypotheses, chosen }: DraftState): boolean {
  const score = hypotheses[chosen]?.predicted_iou ?? 0;
  return hypotheses.some(({ predicted_iou }) => predicted_iou > score);
}

interface ChoiceProps {
  editor: Editor;
  draft: DraftState;
  hypothesis: Hypothesis;
  index: number;
  bitmap: ImageBitmap;
  around: Box | null;
}

function Choice({ editor, draft, hypothesis, index, bitmap, around }: ChoiceProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const masks = [{ mask: hypothesis.mask, colour: "#7b86ee" }];
    drawThumb(canvas.current, bitmap, masks, { width_px: SIDE_px, around });
  }, [bitmap, hypothesis, around]);
  const iou = clamp(hypothesis.predicted_iou, 0, 1).toFixed(2);
  return (
    <button
      type="button"
      className={classes.hypothesis}
      aria-pressed={draft.chosen === index}
      aria-label={`Hypothesis ${index + 1}, predicted IoU ${iou}`}
      onClick={() => editor.choose(index as 0 | 1 | 2)}
    >
      <canvas ref={canvas} />
      <span className={classes.hypothesisFacts}>
        <Kbd size="xs">{index + 1}</Kbd>
        {iou}
      </span>
    </button>
  );
}
