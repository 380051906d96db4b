import { ActionIcon, Button, Kbd, Text, Tooltip } from "@mantine/core";
import { IconMessagePlus } from "@tabler/icons-react";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import { formatCount, plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import pageClasses from "../AnnotatePage.module.css";
import type { OpenImage } from "../open-image";
import { CommentRow } from "./CommentRow";
import { isOpen, placeOf, placeWords } from "./notes";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

interface Props {
  image: OpenImage;
  review: Review;
}

/** What was said about the image, the open ones first. */
export function ReviewPanel({ image, review }: Props) {
  const detail = useSignal(image.detail);
  const { comments, changes, openCount, mayComment } = review;
  const isInReview = detail.status !== "todo" && mayComment;
  if (!isInReview && openCount + comments.length + changes.length === 0) return null;
  return (
    <section className={`${pageClasses.section} ${classes.review}`} aria-label="Review">
      <div className={pageClasses.sectionHead}>
        <span>
          Review{" "}
          <span className={pageClasses.count}>
            {openCount === 0 ? "nothing open" : `${formatCount(openCount)} open`}
          </span>
        </span>
        {mayComment && (
          <Tooltip label="Comment on the selected mask, or on the whole image" position="left">
            <ActionIcon
              size="sm"
              aria-label="Comment on the selected mask, or on the whole image"
              aria-keyshortcuts="Shift+T"
              onClick={review.commands.comment}
            >
              <IconMessagePlus size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <div className={classes.scroll}>
        <Comments {...{ image, review }} />
      </div>
    </section>
  );
}

function Comments({ image, review }: Props) {
  const annotations = useSignal(image.editor.annotations);
  const [showsResolved, setShowsResolved] = useState(false);
  const { comments, error, isLoading, focused, answering } = review;
  if (error !== null) {
    return (
      <Text size="xs" c="dimmed" px={12} pb={8} role="alert">
        {messageOf(error)}{" "}
        <Button size="compact-xs" variant="default" onClick={review.retry}>
          Try again
        </Button>
      </Text>
    );
  }
  if (isLoading || comments.length === 0) {
    return (
      <Text size="xs" c="dimmed" px={12} pb={8} role={isLoading ? "status" : undefined}>
        {isLoading ? (
          "Loading the comments…"
        ) : (
          <>
            No comment yet. Press <Kbd size="xs">T</Kbd> and click a place.
          </>
        )}
      </Text>
    );
  }
  const open = comments.filter(isOpen);
  const resolved = comments.filter((comment) => !isOpen(comment));
  const isUnfolded = showsResolved || resolved.some(({ id }) => id === focused || id === answering);
  return (
    <>
      <ul className={classes.list} aria-label="Comments">
        {[...open, ...(isUnfolded ? resolved : [])].map((comment) => (
          <CommentRow
            key={comment.id}
            {...{ comment, review }}
            unsent={image.editor.unsent}
            place={placeWords(placeOf(comment), annotations)}
          />
        ))}
      </ul>
      {resolved.length > 0 && (
        <button
          type="button"
          className={classes.fold}
          aria-expanded={isUnfolded}
          onClick={() => {
            if (isUnfolded) {
              review.focus(null);
              for (const { id } of resolved) review.endAnswer(id);
            }
            setShowsResolved(!isUnfolded);
          }}
        >
          {isUnfolded ? "Hide what is resolved" : `Show ${plural(resolved.length, "resolved one")}`}
        </button>
      )}
    </>
  );
}
