import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { sessionQuery } from "@/api/session";
import { keepNextLabel } from "@/editor/next-label";
import type { LabelId } from "@/editor/operations";
import type { Signal } from "@/editor/signal";
import type { LabelChoice } from "./LabelToolbar";

/** The label of what comes next stays from image to image, and is one for verifying and drawing. */
export function useNextLabel(
  label: Signal<LabelId | null>,
  project: number,
  labels: readonly LabelChoice[],
): void {
  const user = useQuery(sessionQuery).data?.user?.id;
  const ids = labels.map(({ id }) => id).join();
  useEffect(() => {
    if (user === undefined) return;
    const whose = { user, project, labels: ids === "" ? [] : ids.split(",").map(Number) };
    return keepNextLabel(label, whose, localStorage);
  }, [label, user, project, ids]);
}
