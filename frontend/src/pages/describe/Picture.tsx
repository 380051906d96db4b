import { type PointerEvent, useRef, useState } from "react";
import type { ImageDetail } from "@/api/types";
import type { Take } from "@/recorder/take";
import type { TraceKind } from "@/recorder/trace";
import classes from "./DescribePage.module.css";
import { Outlines } from "./grounding/Outlines";
import { pointInImage } from "./pointInImage";

/** Points of the trail that stay in sight: about two seconds. */
const TRAIL = 60;

interface Props {
  image: ImageDetail;
  take: Take | null;
  isRecording: boolean;
}

/** The image; while someone speaks, where they point is noted in image pixels. */
export function Picture({ image, take, isRecording }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [trail, setTrail] = useState<string>("");
  const { width, height } = image;

  const note = (kind: TraceKind) => (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box || !take || !isRecording) return;
    const at = pointInImage(event.clientX - box.left, event.clientY - box.top, box, image);
    if (!at) return;
    take.trace.add(kind, at.x, at.y);
    const points = take.trace.points.slice(-TRAIL);
    setTrail(points.map(({ x, y }) => `${x},${y}`).join(" "));
  };

  return (
    <div
      ref={frame}
      className={classes.picture}
      data-recording={isRecording || undefined}
      onPointerMove={note("move")}
      onPointerDown={note("click")}
    >
      <img
        src={image.display_url}
        alt={image.file_name}
        crossOrigin="anonymous"
        draggable={false}
      />
      <Outlines image={image} />
      {isRecording && (
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
          <polyline
            className={classes.trail}
            points={trail}
            strokeWidth={Math.max(width, height) / 250}
          />
        </svg>
      )}
    </div>
  );
}
