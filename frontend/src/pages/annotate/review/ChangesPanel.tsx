import { Text } from "@mantine/core";
import { useMemo } from "react";
import type { ReviewNotes } from "@/api/comments";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { CHANGE_COLOURS } from "@/editor/render/colours";
import pageClasses from "../AnnotatePage.module.css";
import type { LabelChoice } from "../label-choice";
import type { OpenImage } from "../open-image";
import { useNames } from "../useNames";
import { VirtualList } from "../VirtualList";
import { ChangeRow } from "./ChangeRow";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

const TITLES: Record<ReviewNotes["since"], string> = {
  finished: "Changed in review",
  reviewed: "Changed since the last review",
};

interface Props {
  image: OpenImage;
  review: Review;
  labels: readonly LabelChoice[];
}

/**
 * What the review changed, or what was changed since the last one, mask by mask in pictures of before
 * and after. Who reviews again is told, too, that nothing was.
 */
export function ChangesPanel(props: Props) {
  const { since, changes } = props.review;
  return changes.length === 0 && since === "finished" ? null : <Changes {...props} />;
}

function Changes({ image, review, labels }: Props) {
  const selection = useSignal(image.editor.selection);
  const names = useNames(image);
  const { changes } = review;
  const title = TITLES[review.since];
  const rows = useMemo(() => changes.map((change) => ({ id: change.mask, change })), [changes]);
  const labelNames = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);
  return (
    <section className={`${pageClasses.section} ${classes.changes}`} aria-label="Changes">
      <div className={pageClasses.sectionHead}>
        <span>
          {title} <span className={pageClasses.count}>{formatCount(changes.length)}</span>
        </span>
        {changes.length > 0 && (
          <span className={classes.legend}>
            <span className={classes.swatch} style={{ background: CHANGE_COLOURS.removed }} />
            removed
            <span className={classes.swatch} style={{ background: CHANGE_COLOURS.added }} />
            added
          </span>
        )}
      </div>
      {changes.length === 0 ? (
        <Text size="xs" c="dimmed" px={12} pb={8}>
          No mask was changed.
        </Text>
      ) : (
        <VirtualList
          items={rows}
          rowHeight_px={104}
          label={title}
          focused={rows.findIndex(({ id }) => id === selection?.id)}
        >
          {({ change }) => (
            <ChangeRow
              {...{ change, image, review, names, labelNames }}
              isFocused={change.mask === selection?.id}
            />
          )}
        </VirtualList>
      )}
    </section>
  );
}
