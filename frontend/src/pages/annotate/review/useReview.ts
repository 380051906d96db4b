import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";
import { type Change, type ReviewNotes, reviewNotesQuery } from "@/api/comments";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { useRead, useSignal } from "@/components/useSignal";
import { placeOfSelection } from "@/editor/comment-place";
import { type Box, viewOfBox } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import { rowOf } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import type { OpenImage } from "../open-image";
import {
  boxAround,
  boxOf,
  isOpen,
  type NumberedComment,
  nextOpen,
  numbered,
  placeOf,
} from "./notes";
import type { ReviewCommands } from "./review-commands";
import { type CommentActions, useCommentActions } from "./useCommentActions";
import { useOrphans } from "./useOrphans";

const NONE: readonly never[] = [];

export interface Review extends CommentActions {
  readonly comments: readonly NumberedComment[];
  readonly changes: readonly Change[];
  readonly since: ReviewNotes["since"];
  readonly openCount: number;
  /** Why the comments could not be loaded; null when they are here or on their way. */
  readonly error: unknown;
  readonly isLoading: boolean;
  readonly mayComment: boolean;
  readonly me: string | null;
  /** The comment in view, and the one that is being answered. */
  readonly focused: string | null;
  readonly answering: string | null;
  readonly commands: ReviewCommands;
  retry(): void;
  focus(id: string | null): void;
  /** Bring a comment to the middle of the stage, and mark it. */
  show(comment: NumberedComment): void;
  showChange(change: Change): void;
  /** Open the field of an answer to a comment; close it, if it is that one. */
  beginAnswer(id: string): void;
  endAnswer(id: string): void;
}

/** The review of one image: what is said, where to look, what one may do. */
export function useReview(project: Project, image: OpenImage, stage: Stage): Review {
  const { editor } = image;
  const detail = useSignal(image.detail);
  const [focused, focus] = useState<string | null>(null);
  const answering = useSignal(editor.answering);
  const hasAnswers = useRead(editor.unsent.answers, ({ length }) => length > 0);
  const [hasWritten, setHasWritten] = useState(false);
  const { data: session } = useQuery(sessionQuery);
  const me = session?.user?.username ?? null;
  const queries = useQueryClient();
  // A new image has nothing to say: opening one costs no request more.
  const isToldOf = detail.status !== "todo" || detail.open_comments > 0;
  const isWanted = isToldOf || hasWritten || hasAnswers;
  const notes = useQuery({ ...reviewNotesQuery(detail.id), enabled: isWanted });
  const comments = useMemo(() => numbered(notes.data?.comments ?? NONE), [notes.data]);
  useOrphans(editor.unsent, detail.id, notes.data?.comments);
  const changes = notes.data?.changes ?? NONE;
  const actions = useCommentActions(image, me, () => setHasWritten(true));
  const mayComment = project.role !== "annotator" || image.claim !== null;

  const lookAt = useCallback(
    (box: Box | null) => {
      if (box === null) stage.fit();
      else stage.setView(viewOfBox(stage.size.get(), box));
    },
    [stage],
  );
  const show = (comment: NumberedComment): void => {
    focus(comment.id);
    const place = placeOf(comment);
    if (place.kind === "point") lookAt(boxAround(place.at, editor.size_hw));
    else if (place.kind === "image") lookAt(null);
    else {
      const row = rowOf(editor.annotations.get(), place);
      const change = changes.find(({ mask }) => mask === place.id);
      if (row !== null) {
        editor.selection.set(place);
        lookAt(maskFromRLE(row.rle).box);
      } else if (change !== undefined) lookAt(boxOf(change));
    }
  };

  const beginAnswer = (id: string): void => {
    focus(id);
    editor.answering.set(id);
  };

  const run: ReviewCommands = {
    comment: () => editor.commenting.set(placeOfSelection(editor.selection.get())),
    next: () => {
      const next = nextOpen(comments, focused);
      if (next !== null) show(next);
    },
    answer: () => {
      const comment = comments.find(({ id }) => id === focused);
      if (mayComment && comment !== undefined && isOpen(comment)) beginAnswer(comment.id);
    },
    resolve: () => {
      const comment = comments.find(({ id }) => id === focused);
      const next = nextOpen(comments, focused);
      if (comment !== undefined && isOpen(comment)) actions.resolve(comment.id);
      if (next !== null && next.id !== focused) show(next);
    },
  };
  const latest = useRef(run);
  latest.current = run;
  const commands = useMemo(
    (): ReviewCommands => ({
      comment: () => latest.current.comment(),
      next: () => latest.current.next(),
      answer: () => latest.current.answer(),
      resolve: () => latest.current.resolve(),
    }),
    [],
  );

  return {
    ...actions,
    ...{ comments, changes, me, mayComment, focused, focus, show, commands },
    ...{ answering, beginAnswer },
    endAnswer: (id) => {
      if (editor.answering.get() === id) editor.answering.set(null);
    },
    since: notes.data?.since ?? "finished",
    openCount: notes.data === undefined ? detail.open_comments : comments.filter(isOpen).length,
    error: notes.data === undefined ? notes.error : null,
    isLoading: notes.isLoading,
    retry: () => void queries.invalidateQueries(reviewNotesQuery(detail.id)),
    showChange: (change) => {
      const ref = { kind: "mask", id: change.mask } as const;
      if (rowOf(editor.annotations.get(), ref) !== null) editor.selection.set(ref);
      lookAt(boxOf(change));
    },
  };
}
