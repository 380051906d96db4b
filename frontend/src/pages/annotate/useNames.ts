import { useCallback, useMemo } from "react";
import { useSignal } from "@/components/useSignal";
import type { OpenImage } from "./open-image";
import type { Names } from "./revision-words";

/** What the labels, masks and attributes of an image are called, for what changed to be told. */
export function useNames(image: OpenImage): Names {
  const { labels } = useSignal(image.detail);
  const { masks } = useSignal(image.editor.annotations);
  const ofLabel = useCallback(
    (id: number | null) => {
      if (id === null) return "No label";
      const label = labels.find((each) => each.id === id);
      return label === undefined || label.deleted ? "Deleted label" : label.name;
    },
    [labels],
  );
  const ofWhole = useCallback(
    (id: string) => {
      const whole = masks.get(id);
      return whole === undefined || whole.isDeleted ? "a deleted mask" : ofLabel(whole.label);
    },
    [masks, ofLabel],
  );
  const ofAttribute = useCallback(
    (id: string) => {
      const known = labels.flatMap(({ attributes }) => attributes);
      return known.find((each) => each.id === id)?.name ?? "Attribute";
    },
    [labels],
  );
  return useMemo(() => ({ ofLabel, ofWhole, ofAttribute }), [ofLabel, ofWhole, ofAttribute]);
}
