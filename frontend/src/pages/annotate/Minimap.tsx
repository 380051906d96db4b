import { CloseButton } from "@mantine/core";
import { type PointerEvent, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { ImagePoint } from "@/editor/geometry";
import { centredOn, centreOf, frameOf, isBeyondFit, mapScale } from "@/editor/minimap";
import { ImageFilter } from "@/editor/render/image-filter";
import type { Stage } from "@/editor/render/stage";
import classes from "./Minimap.module.css";

interface Props {
  editor: Editor;
  stage: Stage;
  bitmap: ImageBitmap;
}

/** Where in the image one is, once one is nearer than the whole of it; drag the frame to move. */
export function Minimap({ editor, stage, bitmap }: Props) {
  const { hasMinimap } = useSignal(editor.view.look);
  const isNear = useSyncExternalStore(stage.view.subscribe, () =>
    isBeyondFit(stage.view.get(), stage.fitted()),
  );
  return hasMinimap && isNear ? <Shown {...{ editor, stage, bitmap }} /> : null;
}

function Shown({ editor, stage, bitmap }: Props) {
  const scale = mapScale(stage.area);
  const size = { width: stage.area.width * scale, height: stage.area.height * scale };
  const grip = useRef<ImagePoint | null>(null); // from the pointer to the middle of the view
  const { look } = editor.view;

  const pointOf = ({ currentTarget, clientX, clientY }: PointerEvent): ImagePoint => {
    const { left, top } = currentTarget.getBoundingClientRect();
    return { x: (clientX - left) / scale, y: (clientY - top) / scale };
  };
  const move = (event: PointerEvent): void => {
    if (grip.current === null) return;
    editor.meter.noteActivity();
    const at = pointOf(event);
    const centre = { x: at.x + grip.current.x, y: at.y + grip.current.y };
    stage.setView(centredOn(centre, stage.view.get(), stage.size.get(), stage.area));
  };
  const take = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    event.currentTarget.setPointerCapture(event.pointerId);
    event.preventDefault(); // the keys stay with the stage
    const [view, area] = [stage.view.get(), stage.size.get()];
    const at = pointOf(event);
    const frame = frameOf(view, area, stage.area, scale);
    const [x, y] = [at.x * scale - frame.left, at.y * scale - frame.top];
    const isOnFrame = x >= 0 && y >= 0 && x < frame.width && y < frame.height;
    const centre = centreOf(view, area);
    grip.current = isOnFrame ? { x: centre.x - at.x, y: centre.y - at.y } : { x: 0, y: 0 };
    move(event);
  };
  const letGo = (): void => {
    grip.current = null;
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would be laid out
    <div className={classes.map} role="group" aria-label="Minimap">
      <div
        className={classes.picture}
        role="presentation"
        data-minimap=""
        style={size}
        onPointerDown={take}
        onPointerMove={move}
        onPointerUp={letGo}
        onPointerCancel={letGo}
      >
        <Picture {...{ editor, bitmap }} {...size} />
        <FrameInView {...{ stage, scale }} />
      </div>
      <CloseButton
        className={classes.close}
        size={18}
        iconSize={13}
        aria-label="Hide the minimap"
        onClick={() => look.set({ ...look.get(), hasMinimap: false })}
      />
    </div>
  );
}

interface PictureProps {
  editor: Editor;
  bitmap: ImageBitmap;
  width: number;
  height: number;
}

/** Drawn once; it has the look that the image has. */
function Picture({ editor, bitmap, width, height }: PictureProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { look } = editor.view;
  useLayoutEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!canvas.current || !context || bitmap.width === 0) return;
    canvas.current.width = Math.max(Math.round(width * devicePixelRatio), 1);
    canvas.current.height = Math.max(Math.round(height * devicePixelRatio), 1);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.current.width, canvas.current.height);
  }, [bitmap, width, height]);
  useLayoutEffect(() => {
    if (canvas.current === null) return;
    const filter = new ImageFilter(canvas.current);
    const onLook = (): void => filter.show(look.get());
    const stop = look.subscribe(onLook);
    onLook();
    return () => {
      stop();
      filter.remove();
    };
  }, [look]);
  return <canvas ref={canvas} className={classes.canvas} aria-hidden />;
}

/** Apart from the rest, as it follows each move of the view. */
function FrameInView({ stage, scale }: { stage: Stage; scale: number }) {
  const view = useSignal(stage.view);
  const area = useSignal(stage.size);
  return <span className={classes.frame} style={{ ...frameOf(view, area, stage.area, scale) }} />;
}
