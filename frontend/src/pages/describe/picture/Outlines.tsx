import { memo } from "react";
import type { OutlinedMask } from "./masks";
import classes from "./Picture.module.css";

/** Every mask, faintly; not rendered again while the view moves or a mask is lit. */
export const Outlines = memo(({ masks }: { masks: readonly OutlinedMask[] }) => {
  const all = masks.map(({ path }) => path).join("");
  return (
    <>
      <path className={classes.outlines} data-under="" d={all} />
      <path className={classes.outlines} d={all} />
    </>
  );
});

interface LitProps {
  mask: OutlinedMask | undefined;
  as: "hovered" | "selected" | "spoken";
}

/** One mask that stands out. */
export function Lit({ mask, as }: LitProps) {
  if (mask === undefined) return null;
  return <path className={classes.lit} data-lit={as} data-mask={mask.id} d={mask.path} />;
}
