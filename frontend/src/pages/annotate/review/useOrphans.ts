import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Comment, reviewNotesQuery } from "@/api/comments";
import { tellOnce } from "@/components/tellOnce";
import { useRead } from "@/components/useSignal";
import type { Unsent } from "@/editor/unsent";

const WITHDRAWN =
  "The comment that you were answering was withdrawn. What you wrote is kept as a comment that is not sent.";

/** Keep unsent answers whose comment was withdrawn as a comment: they have no field of their own. */
export function useOrphans(
  unsent: Unsent,
  image_id: number,
  comments: readonly Comment[] | undefined, // none are known yet
): void {
  const queries = useQueryClient();
  const count = useRead(unsent.answers, () => (comments ? unsent.orphans(comments).length : 0));
  useEffect(() => {
    if (comments === undefined || count === 0) return;
    // What is known here may be older than the comment, which another tab answered.
    const looking = queries.fetchQuery({ ...reviewNotesQuery(image_id), staleTime: 0 });
    const keep = (found: readonly Comment[]): void => {
      const orphans = unsent.orphans(found);
      for (const orphan of orphans) unsent.turnToComment(orphan);
      if (orphans.length > 0) tellOnce(new Error(WITHDRAWN));
    };
    looking.then((notes) => keep(notes.comments)).catch(() => undefined);
  }, [comments, count, queries, unsent, image_id]);
}
