import { useNavigate } from "@tanstack/react-router";
import { useCallback, useRef } from "react";
import { showWay } from "@/components/undo";
import type { Ending } from "@/editor/outbox-db";
import type { Unended } from "./leftovers";
import type { AnnotateSession } from "./session";

const WHY: Record<Unended, string> = {
  refused: "An image that you finished is not done: the server refused some of what you did.",
  changed:
    "An image that you finished offline is not done: masks have come to it since that you have not seen.",
  spoken:
    "An image that you finished offline is not done: what you said of a mask waits to be heard and kept.",
};

/**
 * Tell once of each image that was done without a network and has not ended, with why and with the way
 * to it: in a session where that works on its queue.
 */
export function useUnendedNews(): (
  ending: Ending,
  why: Unended,
  session?: AnnotateSession,
) => void {
  const navigate = useNavigate();
  const told = useRef(new Set<number>());
  return useCallback(
    (ending, why, session) => {
      const { image, project, queue } = ending;
      if (told.current.has(image)) return;
      told.current.add(image);
      const params = { projectId: String(project) };
      const search = { image, queue: queue ?? undefined };
      showWay(WHY[why], "Open it", () => {
        if (session?.isFor(ending)) void session.goTo(image);
        else void navigate({ to: "/projects/$projectId/annotate", params, search });
      });
    },
    [navigate],
  );
}
