import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { CHANGE_COLOURS } from "@/editor/render/colours";
import pageClasses from "../AnnotatePage.module.css";
import type { LabelChoice } from "../LabelToolbar";
import type { OpenImage } from "../open-image";
import { useNames } from "../useNames";
import { VirtualList } from "../VirtualList";
import { ChangeRow } from "./ChangeRow";
import classes from "./Review.module.css";
import type { Review } from "./useReview";

interface Props {
  image: OpenImage;
  review: Review;
  labels: readonly LabelChoice[];
}

/** What the review changed, mask by mask, in pictures of before and after. */
export function ChangesPanel(props: Props) {
  return props.review.changes.length === 0 ? null : <Changes {...props} />;
}

function Changes({ image, review, labels }: Props) {
  const selection = useSignal(image.editor.selection);
  const names = useNames(image);
  const { changes } = review;
  const rows = useMemo(() => changes.map((change) => ({ id: change.mask, change })), [changes]);
  const labelNames = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);
  return (
    <section className={`${pageClasses.section} ${classes.changes}`} aria-label="Changes">
      <div className={pageClasses.sectionHead}>
        <span>
          Changed in review <span className={pageClasses.count}>{formatCount(changes.length)}</span>
        </span>
        <span className={classes.legend}>
          <span className={classes.swatch} style={{ background: CHANGE_COLOURS.removed }} />
          removed
          <span className={classes.swatch} style={{ background: CHANGE_COLOURS.added }} />
          added
        </span>
      </div>
      <VirtualList
        items={rows}
        rowHeight_px={104}
        label="Changed in review"
        focused={rows.findIndex(({ id }) => id === selection?.id)}
      >
        {({ change }) => (
          <ChangeRow
            {...{ change, image, review, names, labelNames }}
            isFocused={change.mask === selection?.id}
          />
        )}
      </VirtualList>
    </section>
  );
}
