import { useSignal } from "@/components/useSignal";
import { type ImageGrounding, useGrounding } from "../grounding/GroundingContext";
import type { MasksInSight } from "./masks";
import { Lit } from "./Outlines";
import classes from "./Picture.module.css";

/** Screen pixels: of the ring about a place without a mask. */
const RADIUS = 14;

interface Props {
  masks: MasksInSight;
  scale: number;
}

/** The masks that the word in focus speaks of, or the place where the pointer was. */
export function SpokenMasks(props: Props) {
  const said = useGrounding();
  return said && <Shown {...props} said={said} />;
}

function Shown({ said, masks, scale }: Props & { said: ImageGrounding }) {
  const { masks: ids, place } = useSignal(said.showing.shown);
  const shown = masks.all.filter(({ id }) => ids.includes(id));
  return (
    <g data-said={ids.join(" ")}>
      {shown.map((mask) => (
        <Lit key={mask.id} mask={mask} as="spoken" />
      ))}
      {place !== null && (
        <circle className={classes.ring} cx={place[0]} cy={place[1]} r={RADIUS / scale} />
      )}
    </g>
  );
}
