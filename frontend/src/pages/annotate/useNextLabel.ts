import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { sessionQuery } from "@/api/session";
import { keepNextLabel } from "@/editor/next-label";
import type { LabelId } from "@/editor/operations";
import type { Signal } from "@/editor/signal";
import type { LabelChoice } from "./label-choice";

/** The label of what comes next, as long as the image stays; verifying is one place for all images. */
export function useNextLabel(
  label: Signal<LabelId | null>,
  { project, image }: { project: number; image: number | null },
  labels: readonly LabelChoice[],
): void {
  const user = useQuery(sessionQuery).data?.user?.id;
  const ids = labels.map(({ id }) => id).join();
  useEffect(() => {
    if (user === undefined) return;
    const whose = { user, project, image, labels: ids === "" ? [] : ids.split(",").map(Number) };
    return keepNextLabel(label, whose, localStorage);
  }, [label, user, project, image, ids]);
}
