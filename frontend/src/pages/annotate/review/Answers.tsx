import { IconTrash } from "@tabler/icons-react";
import { useRef } from "react";
import { flushSync } from "react-dom";
import type { Comment } from "@/api/comments";
import { formatAgo, formatMoment } from "@/components/format";
import { useRead, useSignal } from "@/components/useSignal";
import type { Unsent } from "@/editor/unsent";
import { RowAction } from "../ObjectRow";
import { CommentField } from "./CommentField";
import { isOpen, mayWithdraw, type NumberedComment, sayerOf } from "./notes";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

interface Props {
  comment: NumberedComment;
  review: Review;
  unsent: Unsent;
}

/** What was answered to a comment, below it, and where one answers while it is open. */
export function Answers({ comment, review, unsent }: Props) {
  const { id, number, below } = comment;
  const isWritten = useRead(unsent.answers, (all) => all.some(({ answers }) => answers === id));
  // What is written has its field whatever the comment has become: it is to be sent or emptied.
  const isBegun = isWritten || review.answering === id;
  const mayAnswer = isBegun || (review.mayComment && isOpen(comment));
  if (below.length === 0 && !mayAnswer) return null;
  return (
    <div className={classes.answers}>
      {below.length > 0 && (
        <ul className={classes.list} aria-label={`Answers to comment ${number}`}>
          {below.map((answer) => (
            <AnswerRow key={answer.id} {...{ answer, number, review }} />
          ))}
        </ul>
      )}
      {mayAnswer && <AnswerField {...{ comment, review, unsent }} />}
    </div>
  );
}

interface RowProps {
  answer: Comment;
  number: number; // of the comment
  review: Review;
}

function AnswerRow({ answer, number, review }: RowProps) {
  const { id, text, created_at } = answer;
  return (
    <li className={classes.answer}>
      <span>
        <span className={classes.text}>{text}</span>
        <span className={classes.facts} title={formatMoment(created_at)}>
          {sayerOf(answer)} · {formatAgo(created_at)}
        </span>
      </span>
      {mayWithdraw(answer, review.me) && (
        <RowAction
          label={`Withdraw your answer to comment ${number}`}
          onClick={() => review.withdraw(id)}
        >
          <IconTrash size={15} aria-hidden />
        </RowAction>
      )}
    </li>
  );
}

function AnswerField({ comment: { id, number }, review, unsent }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const written = useSignal(unsent.answers).find(({ answers }) => answers === id);
  const isAnswering = review.answering === id;
  const words = written === undefined ? "Answer" : "Go on answering";

  const close = (): void => {
    // Another field may have been opened meanwhile: the keys stay there.
    const hasKeys = box.current?.contains(document.activeElement);
    flushSync(() => review.endAnswer(id)); // the button is there again
    if (hasKeys) button.current?.focus();
  };
  const send = async (): Promise<void> => {
    if (written === undefined) return;
    await review.answer(written);
    unsent.writeAnswer(id, "");
    close();
  };
  return (
    <div ref={box} className={classes.answerField}>
      <button
        ref={button}
        type="button"
        className={classes.answerIt}
        aria-label={`${words} comment ${number}`}
        hidden={isAnswering}
        onClick={() => review.beginAnswer(id)}
      >
        {words}
      </button>
      {isAnswering && (
        <CommentField
          label={`Answer to comment ${number}`}
          placeholder="Your answer"
          action="Answer"
          text={written?.text ?? ""}
          write={(text) => unsent.writeAnswer(id, text)}
          {...{ send, close }}
        />
      )}
    </div>
  );
}
