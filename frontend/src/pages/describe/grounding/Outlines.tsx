import { useMemo } from "react";
import type { ImageDetail } from "@/api/types";
import { useSignal } from "@/components/useSignal";
import classes from "./Grounding.module.css";
import { type Said, useSaid } from "./SaidContext";
import { outlinePath } from "./said";

/** Over the picture: the masks that the word in focus speaks of. */
export function Outlines({ image }: { image: ImageDetail }) {
  const said = useSaid();
  return said && <ShownOutlines {...{ image, said }} />;
}

function ShownOutlines({ image, said }: { image: ImageDetail; said: Said }) {
  const { masks, place } = useSignal(said.shown);
  const path = useMemo(() => masks.map((id) => outlinePath(id, image)).join(""), [masks, image]);
  if (path === "" && place === null) return null;
  const { width, height } = image;
  const line = Math.max(width, height) / 300;
  return (
    <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true" data-said={masks.join(" ")}>
      {path !== "" && <path className={classes.outline} d={path} strokeWidth={line} />}
      {place !== null && (
        <circle
          className={classes.outline}
          cx={place[0]}
          cy={place[1]}
          r={8 * line}
          strokeWidth={line}
        />
      )}
    </svg>
  );
}
