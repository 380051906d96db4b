import { useNavigate } from "@tanstack/react-router";
import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Project } from "@/api/types";
import { useOffer } from "@/commands/useOffer";
import { useSignal } from "@/components/useSignal";
import { pendingProposals } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import type { Signal } from "@/editor/signal";
import { TourOffer } from "@/pages/tour/TourOffer";
import classes from "./AnnotatePage.module.css";
import type { Verdict } from "./api";
import { type EditorPage, editorCommands } from "./editor-commands";
import { Hint } from "./Hint";
import { HistoryPanel } from "./HistoryPanel";
import { HypothesisPicker } from "./HypothesisPicker";
import { LabelBar } from "./LabelBar";
import { MaskCaption } from "./MaskCaption";
import { Minimap } from "./Minimap";
import { ModelNotice } from "./ModelNotice";
import { ObjectsPanel } from "./ObjectsPanel";
import type { OpenImage } from "./open-image";
import { ProposalsPanel } from "./ProposalsPanel";
import { PlaceReadout, SelectionReadout } from "./Readout";
import { whyNotReopen } from "./reopen";
import { ChangesPanel } from "./review/ChangesPanel";
import { CommentComposer } from "./review/CommentComposer";
import { CommentPins } from "./review/CommentPins";
import { ConflictsPanel } from "./review/ConflictsPanel";
import { ReviewPanel } from "./review/ReviewPanel";
import { useConflicts } from "./review/useConflicts";
import { useReview } from "./review/useReview";
import { useVerdict } from "./review/useVerdict";
import { describeSaving } from "./SaveIndicator";
import { ToolRail } from "./ToolRail";
import { TopBar } from "./TopBar";
import { UnmaskedPanel } from "./unmasked/UnmaskedPanel";
import { useKeyPointer } from "./useKeyPointer";
import { useLabels } from "./useLabels";
import { revealIn, zoomBy } from "./view-commands";

export interface AroundProps {
  project: Project;
  image: OpenImage;
  stage: Stage;
  notice: string | null;
  isMoving: Signal<boolean>;
  hasPrevious: () => boolean;
  onNext: () => void;
  onPrevious: () => void;
  onGiveBack: () => void;
  onReopen: () => void;
  onVerdict: (verdict: Verdict, comment: string) => void;
  onTakeBack: (image: OpenImage) => Promise<void>;
}

/** What stands around an image: bars, tools, lists, and what floats over it. */
export const AroundImage = memo(
  ({ project, image, stage, notice, isMoving, ...way }: AroundProps) => {
    const { editor } = image;
    const { hasPrevious, onNext, onPrevious, onGiveBack, onReopen, onVerdict, onTakeBack } = way;
    const historyOf = useSignal(editor.view.historyOf);
    const labels = useLabels(image);
    const [dismissed, setDismissed] = useState<string | null>(null); // a notice
    const onShowWhy = useCallback(() => setDismissed(null), []);

    const review = useReview(project, image, stage);
    const verdict = useVerdict(project, image, { give: onVerdict, takeBack: onTakeBack });
    const conflicts = useConflicts(project, image, stage);

    useNewProposals(image, project);
    useDeletions(image, project);

    const keyPointer = useKeyPointer(editor, stage);

    const reveal = useCallback((id: string) => revealIn(stage, editor, id), [editor, stage]);

    const describe = useDescribe(image, project);

    const page = useMemo(
      (): EditorPage => ({
        ...{ editor, labels, hasPrevious, next: onNext, previous: onPrevious },
        ...{ isHeld: image.claim !== null, giveBack: onGiveBack, describe },
        reopen: onReopen,
        whyNotReopen: () =>
          whyNotReopen(image.detail.get().status, project.role, image.claim !== null),
        mayReview: project.role !== "annotator",
        ...{ review: review.commands, verdict, conflicts: conflicts.commands },
        keyPointer,
        showAll: () => stage.fit(),
        zoom: (factor) => zoomBy(stage, factor),
        save: () => image.outbox.resume(),
        saving: () => {
          const status = image.status.get();
          return { text: describeSaving(status).text, isDone: status.state === "saved" };
        },
      }),
      [
        image,
        project.role,
        editor,
        labels,
        review.commands,
        verdict,
        conflicts.commands,
        hasPrevious,
        onNext,
        onPrevious,
        onGiveBack,
        onReopen,
        describe,
        stage,
        keyPointer,
      ],
    );
    useOffer(
      useMemo(
        () => ({
          commands: editorCommands(page),
          onUse: () => editor.meter.noteAction(),
          onRefusal: (why) => editor.notice.set(why),
        }),
        [page, editor],
      ),
    );

    return (
      <>
        <TopBar {...{ project, image, review, verdict, isMoving, onNext, onShowWhy }} />
        <ToolRail {...{ editor, stage }} />
        <div className={classes.floats}>
          <CommentPins {...{ editor, stage, review }} />
          <CommentComposer {...{ editor, stage, review }} />
          <ModelNotice {...{ image, project, notice, dismissed }} onDismiss={setDismissed} />
          <HypothesisPicker {...{ editor, stage }} bitmap={image.bitmap} />
          <Minimap {...{ editor, stage }} bitmap={image.bitmap} />
          <PlaceReadout {...{ editor, stage }} />
          <SelectionReadout {...{ editor, labels }} />
          <Hint {...{ editor, labels }} />
        </div>
        <LabelBar editor={editor} labels={labels} />
        <aside className={classes.panel} aria-label="Objects and proposals">
          <div className={classes.lists} inert={historyOf !== null}>
            <UnmaskedPanel {...{ image, stage }} />
            <ReviewPanel {...{ image, review }} />
            <ChangesPanel {...{ image, review, labels }} />
            <ConflictsPanel {...{ image, conflicts, labels }} />
            <ProposalsPanel {...{ image, labels }} onReveal={reveal} />
            <ObjectsPanel {...{ image, stage, labels }} onReveal={reveal} />
            <MaskCaption image={image} />
            <TourOffer editor={editor} />
          </div>
          {historyOf !== null && <HistoryPanel {...{ image, stage }} mask={historyOf} />}
        </aside>
      </>
    );
  },
);

function useDescribe(image: OpenImage, { id: project }: Project): () => void {
  const navigate = useNavigate();
  return useCallback(() => {
    const params = { projectId: String(project), imageId: String(image.detail.get().id) };
    void navigate({ to: "/projects/$projectId/images/$imageId/describe", params });
  }, [navigate, image, project]);
}

/** Proposals that arrive while the image is open are shown, unless there are some already. */
function useNewProposals(image: OpenImage, { counts, serving }: Project): void {
  const news = `${counts.proposals_pending} ${serving?.bundle}`;
  const seen = useRef(news);
  useEffect(() => {
    if (seen.current === news) return;
    seen.current = news;
    const isBare = pendingProposals(image.editor.annotations.get()).length === 0;
    const { is_holdout, slot } = image.detail.get(); // annotated without proposals
    if (isBare && !is_holdout && slot === 0) image.refresh().catch(() => undefined);
  }, [image, news]);
}

/** Images were deleted or brought back: the open one may be among them. */
function useDeletions(image: OpenImage, { counts }: Project): void {
  const seen = useRef(counts.images);
  useEffect(() => {
    if (seen.current === counts.images) return;
    seen.current = counts.images;
    void image.lookForDeletion();
  }, [image, counts.images]);
}
