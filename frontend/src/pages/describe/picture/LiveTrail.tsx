import { useEffect, useState } from "react";
import { trailAt } from "@/recorder/replay";
import type { Take } from "@/recorder/take";
import classes from "./Picture.module.css";

/** Where the pointer was lately; it is gone once the pointer rests, and a pause begins another. */
export function LiveTrail({ take }: { take: Take }) {
  const [from] = useState(() => take.trace.points.length);
  const [points, setPoints] = useState("");

  useEffect(() => {
    let frame = requestAnimationFrame(function step() {
      const trail = trailAt(take.trace.points, take.clock.seconds, from);
      setPoints(trail.map(({ x, y }) => `${x},${y}`).join(" "));
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [take, from]);

  return <polyline className={classes.trail} points={points} />;
}
