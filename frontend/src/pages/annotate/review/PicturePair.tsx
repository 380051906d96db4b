import { useCallback } from "react";
import type { Area } from "@/editor/geometry";
import { Thumb } from "../Thumb";
import { thumbAddress } from "../thumbs";
import classes from "./PicturePair.module.css";
import review from "./Review.module.css";
import type { Side, Sides } from "./sides";

interface Props extends Sides {
  bitmap: ImageBitmap;
  /** Of each, in pixels of the screen; as wide as there is room for. */
  size: Area;
}

/** Two pictures of one place beside each other. */
export function PicturePair({ sides, ...props }: Props) {
  return (
    <div className={classes.pair}>
      {sides.map((side, at) => (
        <OneSide key={at === 0 ? "left" : "right"} side={side} {...props} />
      ))}
    </div>
  );
}

interface SideProps extends Omit<Props, "sides"> {
  side: Side;
}

function OneSide({ side, bitmap, around, size: { width, height } }: SideProps) {
  const { title, colour, label, missing, masks } = side;
  const draw = useCallback(
    () => thumbAddress(bitmap, masks, { width_px: width, height_px: height, around }),
    [bitmap, masks, width, height, around],
  );
  return (
    <div className={classes.side} data-missing={missing === null ? undefined : ""}>
      <span className={classes.title}>
        {colour !== null && <span className={review.swatch} style={{ background: colour }} />}
        {title}
      </span>
      <div className={classes.picture} style={{ aspectRatio: `${width} / ${height}` }}>
        <Thumb draw={draw} className={classes.image} label={label} />
        {missing !== null && (
          <span className={classes.missing} aria-hidden>
            {missing}
          </span>
        )}
      </div>
    </div>
  );
}
