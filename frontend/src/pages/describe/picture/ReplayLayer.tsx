import { useSignal } from "@/components/useSignal";
import { momentAt, type Replay } from "@/recorder/replay";
import type { MasksInSight } from "./masks";
import { Lit } from "./Outlines";
import classes from "./Picture.module.css";

interface Props {
  replay: Replay;
  masks: MasksInSight;
  image: { width: number; height: number };
  /** CSS pixels to one of the image. */
  scale: number;
}

/** What the speaker did at the playhead: the pointer's trail, clicks as rings, their mask lit. */
export function ReplayLayer({ replay, masks, image, scale }: Props) {
  const now = useSignal(replay.now);
  if (now === null) return null;
  const { trail, rings, mask, inSight } = momentAt(now.points, now.seconds);
  const end = trail.at(-1);
  const sawAll =
    inSight === null ||
    (inSight.x1 - inSight.x0 >= image.width - 1 && inSight.y1 - inSight.y0 >= image.height - 1);
  return (
    <g data-replay={now.take}>
      {!sawAll && (
        <rect
          className={classes.inSight}
          x={inSight.x0}
          y={inSight.y0}
          width={inSight.x1 - inSight.x0}
          height={inSight.y1 - inSight.y0}
        />
      )}
      <Lit mask={masks.all.find(({ id }) => id === mask)} as="spoken" />
      <polyline className={classes.trail} points={trail.map(({ x, y }) => `${x},${y}`).join(" ")} />
      {rings.map(({ x, y, t, age }) => (
        <circle
          key={t}
          className={classes.ring}
          cx={x}
          cy={y}
          r={(8 + 16 * age) / scale}
          opacity={1 - age}
        />
      ))}
      {end && <circle className={classes.dot} cx={end.x} cy={end.y} r={5 / scale} />}
    </g>
  );
}
