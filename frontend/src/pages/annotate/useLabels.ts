import { useMemo } from "react";
import { useSignal } from "@/components/useSignal";
import type { ImageDetail } from "./api";
import type { OpenImage } from "./open-image";

/** The labels that a mask of the image can be given. */
export function useLabels(image: OpenImage): ImageDetail["labels"] {
  const { labels } = useSignal(image.detail);
  return useMemo(() => labels.filter((label) => !label.deleted), [labels]);
}
