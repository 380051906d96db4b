import { ActionIcon, Text, Tooltip } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useSignal } from "@/components/useSignal";
import type { Stage } from "@/editor/render/stage";
import { restoreDrafts, restoreMask } from "@/editor/restore";
import annotate from "./AnnotatePage.module.css";
import type { Revision } from "./api";
import classes from "./HistoryPanel.module.css";
import type { OpenImage } from "./open-image";
import { RevisionList } from "./RevisionList";
import { useNames } from "./useNames";

interface Props {
  image: OpenImage;
  stage: Stage;
  mask: string;
}

/** Who made a mask what it is, step by step, with the way back to each step. */
export function HistoryPanel({ image, stage, mask }: Props) {
  const { editor } = image;
  const [restored, setRestored] = useState<{ mask: string; revision: Revision } | null>(null);
  const { labels } = useSignal(image.detail);
  const annotations = useSignal(editor.annotations);
  const row = annotations.masks.get(mask);
  const names = useNames(image);
  const title = useFocusWhileOpen();
  useFollowSelection(image);
  useSignal(editor.view.look); // the colour of the pictures changes with it

  const live = useMemo(
    () => new Set(labels.filter(({ deleted }) => !deleted).map(({ id }) => id)),
    [labels],
  );
  if (row === undefined) return null;
  const name = names.ofLabel(row.label);
  const isBack =
    restored?.mask === mask &&
    !row.isDeleted &&
    restoreDrafts(annotations, mask, restored.revision, live).length === 0;
  return (
    <section className={classes.panel} aria-label={`History of ${name}`}>
      <div className={annotate.sectionHead}>
        <h2 ref={title} tabIndex={-1} className={classes.title}>
          History <span className={annotate.count}>{name}</span>
        </h2>
        <Tooltip label="Close (Esc)" position="left">
          <ActionIcon
            size="sm"
            aria-label="Close the history"
            onClick={() => editor.view.historyOf.set(null)}
          >
            <IconX size={15} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
      <Text size="xs" c="dimmed" px={12} role="status" className={classes.said}>
        {isBack && "Restored, as a new revision. Ctrl Z takes it back."}
      </Text>
      <RevisionList
        key={mask}
        {...{ image, mask, names, live }}
        colour={stage.colourOf(row)}
        onRestore={(revision) => {
          if (!restoreMask(editor, mask, revision, live)) return;
          setRestored({ mask, revision });
          title.current?.focus(); // its button is gone
        }}
      />
    </section>
  );
}

/** While the history is open, it is the history of whichever mask is selected. */
function useFollowSelection({ editor }: OpenImage): void {
  useEffect(
    () =>
      editor.selection.subscribe(() => {
        const selected = editor.selection.get();
        if (selected?.kind === "mask") editor.view.historyOf.set(selected.id);
      }),
    [editor],
  );
}

/** Moves the focus in when the panel opens, and back to where it was when it closes. */
function useFocusWhileOpen() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    title.current?.focus();
    return () => {
      const stage = document.querySelector<HTMLElement>("[data-stage]");
      const isThere = before instanceof HTMLElement && before.isConnected;
      (isThere && before !== document.body ? before : stage)?.focus();
    };
  }, []);
  return title;
}
