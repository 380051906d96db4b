import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  addComment,
  type Comment,
  reopenComment,
  resolveComment,
  reviewNotesQuery,
  withdrawComment,
} from "@/api/comments";
import type { UnsentAnswer, UnsentComment } from "@/editor/unsent";
import type { OpenImage } from "../open-image";
import { within } from "../within";

const SAVE_PATIENCE_MS = 10_000;

export interface CommentActions {
  add(comment: UnsentComment): Promise<Comment>;
  answer(answer: UnsentAnswer): Promise<Comment>;
  resolve(id: string): void;
  reopen(id: string): void;
  withdraw(id: string): void;
}

/** What one does to comments: shown at once, and put right where the server disagrees. */
export function useCommentActions(
  image: OpenImage,
  me: string | null,
  onAdded: () => void,
): CommentActions {
  const queries = useQueryClient();
  const image_id = image.detail.get().id;
  const { queryKey } = reviewNotesQuery(image_id);

  const change = (edit: (comments: Comment[]) => Comment[]): void => {
    queries.setQueryData(queryKey, (old) => old && { ...old, comments: edit(old.comments) });
  };
  const replace = (id: string, part: Partial<Comment>): void =>
    change((all) => all.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const mutationKey = ["comments", image_id];
  const onSettled = (): void => {
    if (queries.isMutating({ mutationKey }) > 1) return; // the last one looks again
    void queries.invalidateQueries({ queryKey });
    void queries.invalidateQueries({ queryKey: ["images"] }); // the cards count them
  };
  const always = { networkMode: "always", mutationKey, onSettled } as const; // offline it fails, and says so
  const saying = {
    ...{ ...always, meta: { shownInPlace: true } },
    onSuccess: (comment: Comment) => {
      change((all) => (all.some(({ id }) => id === comment.id) ? all : [...all, comment]));
      onAdded();
    },
  } as const;

  const add = useMutation({
    ...saying,
    mutationFn: async ({ id, text, place }: UnsentComment) => {
      if (place.kind === "mask") await whenSaved(image);
      return addComment(image_id, {
        ...{ id, text },
        point_xy: place.kind === "point" ? [place.at.x, place.at.y] : null,
        mask: place.kind === "mask" ? place.id : null,
      });
    },
  });
  const answer = useMutation({
    ...saying,
    mutationFn: (written: UnsentAnswer) => addComment(image_id, written),
  });
  const resolve = useMutation({
    ...always,
    mutationFn: resolveComment,
    onMutate: (id) => replace(id, { resolved_at: new Date().toISOString(), resolved_by: me }),
  });
  const reopen = useMutation({
    ...always,
    mutationFn: reopenComment,
    onMutate: (id) => replace(id, { resolved_at: null, resolved_by: null }),
  });
  const withdraw = useMutation({
    ...always,
    mutationFn: withdrawComment,
    onMutate: (id) => change((all) => all.filter((each) => each.id !== id)),
  });

  return {
    add: add.mutateAsync,
    answer: answer.mutateAsync,
    resolve: (id) => resolve.mutate(id),
    reopen: (id) => reopen.mutate(id),
    withdraw: (id) => withdraw.mutate(id),
  };
}

/** The server must know a mask before a comment can be pinned to it. */
async function whenSaved(image: OpenImage): Promise<void> {
  image.outbox.resume();
  if (await within(image.outbox.whenSaved(), SAVE_PATIENCE_MS)) return;
  throw new Error("The mask is only on this device so far. Try again once it is saved.");
}
