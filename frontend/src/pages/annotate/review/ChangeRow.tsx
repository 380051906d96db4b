import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Change } from "@/api/comments";
import { messageOf } from "@/api/problem";
import { formatAgo, formatMoment } from "@/components/format";
import type { LabelId } from "@/editor/operations";
import pageClasses from "../AnnotatePage.module.css";
import type { OpenImage } from "../open-image";
import { changeLines, type Names } from "../revision-words";
import { changeTitle } from "./notes";
import { PicturePair } from "./PicturePair";
import classes from "./Review.module.css";
import { changesOf, reviewedMaskQuery, sidesOfReview } from "./reviewed-mask";
import type { Review } from "./useReview";

const SIZE = { width: 71, height: 71 };

interface Props {
  change: Change;
  image: OpenImage;
  review: Review;
  names: Names;
  labelNames: ReadonlyMap<LabelId, string>;
  isFocused: boolean;
}

/** What became of one mask; its pixels are asked for once the row is in view. */
export function ChangeRow({ change, image, review, names, labelNames, isFocused }: Props) {
  const { data, error } = useQuery(reviewedMaskQuery(change));
  const { size_hw } = image.editor;
  const sides = useMemo(() => data && sidesOfReview(data, size_hw), [data, size_hw]);
  const lines = data?.after.rle ? changeLines(data.after, changesOf(data), names) : [];
  return (
    <div className={classes.change} data-focused={isFocused || undefined}>
      <div>{sides && <PicturePair {...sides} bitmap={image.bitmap} size={SIZE} />}</div>
      <div className={classes.changeWords}>
        <button
          type="button"
          className={`${classes.main} ${classes.cover}`}
          aria-pressed={isFocused}
          onClick={() => review.showChange(change)}
        >
          <span className={pageClasses.rowName}>{changeTitle(change, labelNames)}</span>
          <span className={classes.facts} title={formatMoment(change.at)}>
            {change.author} · {formatAgo(change.at)}
          </span>
        </button>
        {lines.map((line) => (
          <span key={line}>{line}</span>
        ))}
        {error !== null && <span className={classes.facts}>{messageOf(error)}</span>}
      </div>
    </div>
  );
}
