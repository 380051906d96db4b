import { Tooltip } from "@mantine/core";
import { type CSSProperties, type RefObject, useLayoutEffect, useRef } from "react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { ImagePoint } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import { isOpen, type NumberedComment, placeOf, sayerOf, spotOf } from "./notes";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

interface Props {
  editor: Editor;
  stage: Stage;
  review: Review;
}

/** The open comments where they are pinned, the one in view, and the one being written. */
export function CommentPins({ editor, stage, review }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const annotations = useSignal(editor.annotations);
  const commenting = useSignal(editor.commenting);
  useFollowView(layer, stage);
  const { comments, changes, focused, focus } = review;
  const fresh = commenting === null ? null : spotOf(commenting, annotations, changes);

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be laid out
    <div ref={layer} className={classes.pins} role="group" aria-label="Comments on the image">
      {comments.map((comment) => {
        const spot = spotOf(placeOf(comment), annotations, changes);
        if (spot === null || !(isOpen(comment) || comment.id === focused)) return null;
        return (
          <Pin
            key={comment.id}
            {...{ comment, spot }}
            isFocused={comment.id === focused}
            onClick={() => focus(comment.id === focused ? null : comment.id)}
          />
        );
      })}
      {fresh !== null && (
        <span className={classes.pin} style={styleOf(fresh)} data-new="" aria-hidden>
          +
        </span>
      )}
    </div>
  );
}

interface PinProps {
  comment: NumberedComment;
  spot: ImagePoint;
  isFocused: boolean;
  onClick: () => void;
}

function Pin({ comment, spot, isFocused, onClick }: PinProps) {
  const { number, text } = comment;
  const author = sayerOf(comment);
  return (
    <Tooltip label={`${author}: ${text}`} multiline maw={260} openDelay={150}>
      <button
        type="button"
        className={classes.pin}
        style={styleOf(spot)}
        data-resolved={isOpen(comment) ? undefined : ""}
        aria-pressed={isFocused}
        aria-label={`Comment ${number} by ${author}: ${text}`}
        onClick={onClick}
      >
        {number}
      </button>
    </Tooltip>
  );
}

function styleOf({ x, y }: ImagePoint): CSSProperties {
  return { "--at-x": x, "--at-y": y } as CSSProperties;
}

/** Hands the view to the layer's style: no component is drawn anew while the image moves. */
function useFollowView(layer: RefObject<HTMLDivElement | null>, stage: Stage): void {
  useLayoutEffect(() => {
    const follow = (): void => {
      const { scale, x, y } = stage.view.get();
      const style = layer.current?.style;
      style?.setProperty("--scale", String(scale));
      style?.setProperty("--view-x", String(x));
      style?.setProperty("--view-y", String(y));
    };
    follow();
    return stage.view.subscribe(follow);
  }, [layer, stage]);
}
