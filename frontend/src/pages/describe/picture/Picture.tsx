import { VisuallyHidden } from "@mantine/core";
import { useElementSize, useMergedRef } from "@mantine/hooks";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { ImageDetail } from "@/api/types";
import { useOffer } from "@/commands/useOffer";
import { useSignal } from "@/components/useSignal";
import type { ImagePoint } from "@/editor/geometry";
import type { Replay } from "@/recorder/replay";
import type { Take } from "@/recorder/take";
import { LiveTrail } from "./LiveTrail";
import { MasksInSight } from "./masks";
import { Lit, Outlines } from "./Outlines";
import classes from "./Picture.module.css";
import { pictureCommands } from "./picture-commands";
import { PictureView } from "./picture-view";
import { listenToPicture, type Pointing } from "./pointing";
import { ReplayLayer } from "./ReplayLayer";
import { SpokenMasks } from "./SpokenMasks";

interface Props {
  image: ImageDetail;
  take: Take | null;
  isRecording: boolean;
  replay: Replay;
}

/** The image with its masks; while someone speaks, what they do over it is noted. */
export function Picture({ image, take, isRecording, replay }: Props) {
  const { ref: sized, width, height } = useElementSize<HTMLElement>();
  const host = useRef<HTMLElement>(null);
  const ref = useMergedRef(sized, host);
  const masks = useMemo(() => new MasksInSight(image), [image]);
  const view = useMemo(
    () => new PictureView({ width: image.width, height: image.height }),
    [image.width, image.height],
  );
  const { scale, x, y } = useSignal(view.view);
  const [hovered, setHovered] = useState<string | null>(null);
  const [selected, setSelected] = useState<string | null>(null);
  const trace = isRecording ? take?.trace : undefined;

  useLayoutEffect(() => {
    if (width > 0 && height > 0) view.resize({ width, height });
  }, [view, width, height]);

  // A trace begins with what is in sight, and goes on with it after a pause.
  useEffect(() => {
    if (trace === undefined) return;
    const note = () => trace.addView(view.inSight());
    note();
    return view.view.subscribe(note);
  }, [trace, view]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each take begins with nothing
  useEffect(() => {
    setSelected(null);
  }, [take]);

  const select = useCallback(
    (mask: string | null, at: ImagePoint | null) => {
      const middle = mask === null ? null : masks.middleOf(mask);
      const place = at ?? middle ?? { x: image.width / 2, y: image.height / 2 };
      setSelected(mask);
      trace?.addSelection(mask, place);
    },
    [masks, trace, image.width, image.height],
  );

  const pointing: Pointing = {
    onMove(at) {
      setHovered(at === null ? null : masks.at(at));
      if (at === null || trace === undefined) return;
      trace.add("move", at.x, at.y);
    },
    onPress(at) {
      trace?.add("click", at.x, at.y);
      const mask = masks.at(at);
      if (mask !== null || selected !== null) select(mask, at);
    },
  };
  const latest = useRef(pointing);
  latest.current = pointing;
  useEffect(() => {
    if (host.current === null) return;
    return listenToPicture(host.current, view, {
      onMove: (at) => latest.current.onMove(at),
      onPress: (at) => latest.current.onPress(at),
    });
  }, [view]);

  useOffer(
    useMemo(
      () => ({
        commands: pictureCommands({
          ...{ view, masks, selected: () => selected },
          select: (mask) => select(mask, null),
        }),
      }),
      [view, masks, selected, select],
    ),
  );

  const maskOf = (id: string | null) => masks.all.find((mask) => mask.id === id);
  const name = maskOf(selected)?.label;
  return (
    <section
      ref={ref}
      className={classes.picture}
      aria-label="Picture"
      data-recording={isRecording || undefined}
      data-over-mask={hovered !== null || undefined}
      data-selected={selected ?? undefined}
    >
      <img
        src={image.display_url}
        alt={image.file_name}
        crossOrigin="anonymous"
        draggable={false}
        width={image.width}
        height={image.height}
        style={{
          transform: `translate(${x}px, ${y}px) scale(${scale})`,
          visibility: width > 0 ? undefined : "hidden", // until its place is known
        }}
      />
      <svg aria-hidden="true">
        <g transform={`translate(${x} ${y}) scale(${scale})`}>
          <Outlines masks={masks.all} />
          <Lit mask={maskOf(hovered)} as="hovered" />
          <Lit mask={maskOf(selected)} as="selected" />
          <SpokenMasks masks={masks} scale={scale} />
          {isRecording && take ? (
            <LiveTrail take={take} />
          ) : (
            <ReplayLayer {...{ replay, masks, image, scale }} />
          )}
        </g>
      </svg>
      <VisuallyHidden role="status">{name === undefined ? "" : `Selected: ${name}`}</VisuallyHidden>
    </section>
  );
}
