import { useDisclosure } from "@mantine/hooks";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Project } from "@/api/types";
import type { Editor } from "@/editor/editor";
import { viewOfBox, zoomAt } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import { pendingProposals } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import { Hint } from "./Hint";
import { HypothesisPicker } from "./HypothesisPicker";
import { KeysDialog } from "./KeysDialog";
import { isForOthers, KEYS, type KeyActions } from "./keys";
import { LabelBar } from "./LabelBar";
import type { LabelChoice } from "./LabelToolbar";
import { ModelNotice } from "./ModelNotice";
import { ObjectsPanel } from "./ObjectsPanel";
import type { OpenImage } from "./open-image";
import { ProposalsPanel } from "./ProposalsPanel";
import { StageView } from "./StageView";
import { ToolRail } from "./ToolRail";
import { TopBar } from "./TopBar";
import { useSignal } from "./useSignal";

interface Props {
  project: Project;
  image: OpenImage;
  notice: string | null;
  isMoving: boolean;
  onNext: () => void;
}

/** The editor around one image. */
export function Workspace({ project, image, notice, isMoving, onNext }: Props) {
  const { editor } = image;
  const [stage, setStage] = useState<Stage | null>(null);
  const [isHelpOpen, help] = useDisclosure(false);
  const detail = useSignal(image.detail);
  const labels = useMemo(() => detail.labels.filter((label) => !label.deleted), [detail.labels]);

  useStickyLabel(editor, project.id, labels);
  useNewProposals(image, project);

  const reveal = useCallback(
    (id: string) => {
      const { masks, proposals } = editor.annotations.get();
      const rle = (masks.get(id) ?? proposals.get(id))?.rle;
      const box = rle === undefined ? null : maskFromRLE(rle).box;
      if (stage !== null && box !== null) stage.setView(viewOfBox(stage.size.get(), box));
    },
    [editor, stage],
  );

  useEffect(() => {
    const actions: KeyActions = {
      editor,
      labels,
      next: onNext,
      help: help.open,
      showAll: () => stage?.fit(),
      zoom: (factor) => {
        if (stage === null) return;
        const { width, height } = stage.size.get();
        const centre = { x: width / 2, y: height / 2 };
        stage.setView(zoomAt(stage.view.get(), centre, factor, stage.fitted()));
      },
    };
    const onKey = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || isForOthers(event)) return;
      const key = KEYS.find((candidate) => candidate.matches(event));
      if (key === undefined) return;
      event.preventDefault();
      editor.meter.noteActivity();
      key.run(actions, event);
    };
    const onKeyUp = ({ key }: KeyboardEvent): void => {
      if (key.startsWith("Arrow")) editor.tool.get().settle?.();
    };
    const onBlur = (): void => editor.tool.get().settle?.(); // the key is let go elsewhere
    // In the capture phase: an open tooltip keeps Escape to itself.
    addEventListener("keydown", onKey, { capture: true });
    addEventListener("keyup", onKeyUp);
    addEventListener("blur", onBlur);
    return () => {
      removeEventListener("keydown", onKey, { capture: true });
      removeEventListener("keyup", onKeyUp);
      removeEventListener("blur", onBlur);
    };
  }, [editor, labels, onNext, help.open, stage]);

  useEffect(() => {
    const onReturn = (): void => {
      if (document.visibilityState === "visible") editor.meter.noteReturn();
    };
    document.addEventListener("visibilitychange", onReturn);
    return () => document.removeEventListener("visibilitychange", onReturn);
  }, [editor]);

  return (
    <div className={classes.page}>
      <TopBar {...{ project, image, isMoving, onNext }} onHelp={help.open} />
      <ToolRail editor={editor} onShowAll={() => stage?.fit()} />
      <div className={classes.stageArea}>
        <StageView image={image} labels={labels} onStage={setStage} />
        <ModelNotice image={image} notice={notice} />
        {stage !== null && <HypothesisPicker {...{ editor, stage }} bitmap={image.bitmap} />}
        <Hint editor={editor} />
      </div>
      <LabelBar editor={editor} labels={labels} />
      <aside className={classes.panel} aria-label="Objects and proposals">
        <ProposalsPanel image={image} onReveal={reveal} />
        <ObjectsPanel {...{ image, stage, labels }} onReveal={reveal} />
      </aside>
      <KeysDialog opened={isHelpOpen} onClose={help.close} />
    </div>
  );
}

const chosen = new Map<number, number | null>(); // the label last used in each project

/** The label of what comes next stays from image to image; it begins with the first. */
function useStickyLabel({ label }: Editor, project: number, labels: readonly LabelChoice[]): void {
  const first = labels[0]?.id ?? null;
  useEffect(() => {
    label.set(chosen.get(project) ?? first);
    return label.subscribe(() => chosen.set(project, label.get()));
  }, [label, project, first]);
}

/** Proposals that arrive while the image is open are shown, unless there are some already. */
function useNewProposals(image: OpenImage, { counts, serving }: Project): void {
  const news = `${counts.proposals_pending} ${serving?.bundle}`;
  const seen = useRef(news);
  useEffect(() => {
    if (seen.current === news) return;
    seen.current = news;
    const isBare = pendingProposals(image.editor.annotations.get()).length === 0;
    if (isBare && !image.detail.get().is_holdout) image.refresh().catch(() => undefined);
  }, [image, news]);
}
