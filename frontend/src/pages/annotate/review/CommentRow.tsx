import { IconArrowBackUp, IconCheck, IconTrash } from "@tabler/icons-react";
import { useLayoutEffect, useRef } from "react";
import { formatAgo, formatMoment } from "@/components/format";
import type { Unsent } from "@/editor/unsent";
import { RowAction } from "../ObjectRow";
import { Answers } from "./Answers";
import { isOpen, mayWithdraw, type NumberedComment, sayerOf } from "./notes";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

interface Props {
  comment: NumberedComment;
  review: Review;
  unsent: Unsent;
  /** "on a mask". */
  place: string;
}

/** One comment of the list, with its answers: a click shows its place. */
export function CommentRow({ comment, review, unsent, place }: Props) {
  const row = useRef<HTMLLIElement>(null);
  const isFocused = comment.id === review.focused;
  useLayoutEffect(() => {
    if (isFocused) row.current?.scrollIntoView({ block: "nearest" });
  }, [isFocused]);
  const { id, number, text, created_at, below } = comment;
  const author = sayerOf(comment);
  return (
    <li
      ref={row}
      className={classes.comment}
      data-focused={isFocused || undefined}
      data-resolved={isOpen(comment) ? undefined : ""}
    >
      <span className={classes.number} aria-hidden>
        {number}
      </span>
      <button
        type="button"
        className={classes.main}
        aria-pressed={isFocused}
        onClick={() => review.show(comment)}
      >
        <span className={classes.text}>{text}</span>
        <span className={classes.facts} title={formatMoment(created_at)}>
          {isOpen(comment)
            ? `${author} · ${formatAgo(created_at)} · ${place}`
            : `${author} · resolved by ${comment.resolved_by ?? "somebody"}`}
        </span>
      </button>
      <span>
        {review.mayComment && isOpen(comment) && (
          <RowAction label={`Resolve comment ${number}`} onClick={() => review.resolve(id)}>
            <IconCheck size={15} aria-hidden />
          </RowAction>
        )}
        {review.mayComment && !isOpen(comment) && (
          <RowAction label={`Open comment ${number} again`} onClick={() => review.reopen(id)}>
            <IconArrowBackUp size={15} aria-hidden />
          </RowAction>
        )}
        {below.length === 0 && mayWithdraw(comment, review.me) && (
          <RowAction label={`Withdraw comment ${number}`} onClick={() => review.withdraw(id)}>
            <IconTrash size={15} aria-hidden />
          </RowAction>
        )}
      </span>
      <Answers {...{ comment, review, unsent }} />
    </li>
  );
}
