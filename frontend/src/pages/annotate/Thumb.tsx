import { useEffect, useState } from "react";
import { afterPaint } from "@/editor/schedule";

interface Props {
  /** Draws the picture and returns its address; a new function draws again. */
  draw: () => string | null;
  className: string | undefined;
  /** What it shows, where nothing beside it says so. */
  label?: string;
}

/**
 * A small picture in a list.
 *
 * An image, as the browser composites each canvas by itself, in every frame.
 */
export function Thumb({ draw, className, label = "" }: Props) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => afterPaint(() => setAddress(draw())), [draw]);
  return <img src={address ?? undefined} className={className} alt={label} draggable={false} />;
}
