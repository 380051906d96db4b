import { Button, Text } from "@mantine/core";
import { useSignal } from "@/components/useSignal";
import type { CommentPlace } from "@/editor/comment-place";
import type { Editor } from "@/editor/editor";
import { type Area, clamp, toScreen } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import pageClasses from "../AnnotatePage.module.css";
import { CommentField } from "./CommentField";
import { spotOf } from "./notes";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

const SIZE: Area = { width: 280, height: 150 };
const GAP_PX = 18;
const BELOW_NOTICES_PX = 76; // of two lines: what asks for a comment is read beside it

interface Props {
  editor: Editor;
  stage: Stage;
  review: Review;
}

/** Where a comment is written: beside its place. */
export function CommentComposer({ editor, stage, review }: Props) {
  const place = useSignal(editor.commenting);
  if (place === null) return null;
  // Another place has its own field, with what was written so far.
  return <Composer key={keyOf(place)} {...{ editor, stage, review, place }} />;
}

function Composer({ editor, stage, review, place }: Props & { place: CommentPlace }) {
  const view = useSignal(stage.view);
  const size = useSignal(stage.size);
  const annotations = useSignal(editor.annotations);
  const unsent = useSignal(editor.unsent.comment);

  const close = (): void => {
    editor.commenting.set(null);
    document.querySelector<HTMLElement>("[data-stage]")?.focus({ preventScroll: true });
  };
  const send = async (): Promise<void> => {
    if (unsent === null) return;
    await review.add({ ...unsent, place });
    editor.unsent.comment.set(null);
    close();
  };

  const spot = spotOf(place, annotations, review.changes);
  const at = spot === null ? null : toScreen(view, spot);
  const style = {
    left: clamp(at === null ? (size.width - SIZE.width) / 2 : beside(at.x, size), 8, size.width),
    top: clamp(at === null ? BELOW_NOTICES_PX : at.y - GAP_PX, 8, size.height - SIZE.height - 8),
  };
  return (
    <section
      className={`${pageClasses.float} ${classes.composer}`}
      style={style}
      aria-label="New comment"
    >
      {review.mayComment ? (
        <CommentField
          label={TITLES[place.kind]}
          placeholder="What should be changed?"
          action="Comment"
          text={unsent?.text ?? ""}
          write={(text) => editor.unsent.writeComment(text, place)}
          {...{ send, close }}
        />
      ) : (
        <>
          <Text size="sm">Reviewers, and who works on this image, comment on it.</Text>
          <Button size="compact-sm" variant="default" mt={8} autoFocus onClick={close}>
            Close
          </Button>
        </>
      )}
    </section>
  );
}

const TITLES: Record<CommentPlace["kind"], string> = {
  point: "Comment on this place",
  mask: "Comment on the selected mask",
  image: "Comment on the whole image",
};

/** To the right of a place, or to its left where there is no room. */
function beside(x: number, { width }: Area): number {
  const right = x + GAP_PX + 12;
  const left = right + SIZE.width < width ? right : x - GAP_PX - SIZE.width;
  return clamp(left, 8, width - SIZE.width - 8);
}

function keyOf(place: CommentPlace): string {
  if (place.kind === "point") return `${place.at.x} ${place.at.y}`;
  return place.kind === "mask" ? place.id : "image";
}
