import { VisuallyHidden } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import { placeInWords, selectionInWords } from "./canvas-words";
import type { LabelChoice } from "./label-choice";

/** The pixel under the pointer or the cross. Written past React: the pointer moves all the time. */
export function PlaceReadout({ editor, stage }: { editor: Editor; stage: Stage }) {
  const text = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const show = (): void => {
      if (text.current === null) return;
      const words = placeInWords(editor, stage.pointer.get());
      text.current.textContent = words;
      text.current.hidden = words === "";
    };
    const { selection, annotations, draft } = editor;
    const stops = [stage.pointer, selection, annotations, draft.state].map((signal) =>
      signal.subscribe(show),
    );
    show();
    return () => {
      for (const stop of stops) stop();
    };
  }, [editor, stage]);
  return <span ref={text} className={`tabular ${classes.readout}`} hidden />;
}

interface SelectionProps {
  editor: Editor;
  labels: readonly LabelChoice[];
}

/** What is selected on the canvas, for those who do not see its outline. */
export function SelectionReadout({ editor, labels }: SelectionProps) {
  useSignal(editor.selection);
  useSignal(editor.alsoSelected);
  return <VisuallyHidden role="status">{selectionInWords(editor, labels)}</VisuallyHidden>;
}
