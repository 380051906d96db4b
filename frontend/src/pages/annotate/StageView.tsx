import { useEffect, useLayoutEffect, useRef, useState } from "react";
import { useCanvas } from "@/components/useCanvas";
import { useSignal } from "@/components/useSignal";
import { type StageLayers, stackLayers } from "@/editor/render/layer";
import { type Hands, listenToPointer } from "@/editor/render/pointer";
import { Stage } from "@/editor/render/stage";
import { afterPaint } from "@/editor/schedule";
import classes from "./AnnotatePage.module.css";
import type { LabelChoice } from "./label-choice";
import type { ImageInView } from "./open-image";

interface Props {
  image: ImageInView;
  labels: readonly LabelChoice[];
  onStage: (stage: Stage | null) => void;
}

/** The canvases of the editor: the same for all images, as new ones keep the next image waiting. */
export function StageView({ image, labels, onStage }: Props) {
  const host = useRef<HTMLDivElement>(null);
  const layers = useRef<StageLayers | null>(null);
  const colours = useRef(new Map<number, string>());
  colours.current = new Map(labels.map(({ id, color }) => [id, color]));
  const hands = useRef<Hands>({ isPanning: false, hasPen: false });
  const [hasSpace, setHasSpace] = useState(false);
  const tool = useSignal(image.editor.tool);

  useCanvas("editor");

  // Before the browser paints: what is seen can be worked on.
  useLayoutEffect(() => {
    if (host.current === null) return;
    layers.current ??= stackLayers(host.current);
    const options = {
      layers: layers.current,
      labelColour: (label: number) => colours.current.get(label),
    };
    const stage = new Stage(host.current, image.editor, image.bitmap, options);
    const stop = listenToPointer(host.current, image.editor, stage, hands.current);
    onStage(stage);
    const callOff = afterPaint(() => image.editor.meter.opening?.notePaint());
    return () => {
      callOff();
      onStage(null);
      stop();
      stage.dispose();
    };
  }, [image, onStage]);

  useEffect(() => {
    const set = (isDown: boolean): void => {
      hands.current.isPanning = isDown;
      setHasSpace(isDown);
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.key !== " " || isControl(event.target)) return;
      event.preventDefault();
      set(event.type === "keydown");
    };
    const onBlur = (): void => set(false);
    addEventListener("keydown", onKey);
    addEventListener("keyup", onKey);
    addEventListener("blur", onBlur);
    return () => {
      removeEventListener("keydown", onKey);
      removeEventListener("keyup", onKey);
      removeEventListener("blur", onBlur);
    };
  }, []);

  return (
    <section
      ref={host}
      className={classes.stage}
      data-stage=""
      data-tool={tool.name}
      data-space={hasSpace || undefined}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a canvas editor takes the keyboard as a whole
      tabIndex={0}
      aria-label={`Image ${image.detail.get().file_name}. Press question mark for the keys.`}
    />
  );
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("input, textarea, button, a, [role]") !== null;
}
