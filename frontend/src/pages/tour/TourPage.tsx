import { ActionIcon, Button, Center, Loader, Text, Tooltip } from "@mantine/core";
import { IconKeyboard, IconPlayerTrackNext } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCanGoBack, useNavigate, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useState } from "react";
import { sessionQuery } from "@/api/session";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { showKeys } from "@/commands/windows";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { liveMasks } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import annotate from "@/pages/annotate/AnnotatePage.module.css";
import { editorCommand } from "@/pages/annotate/editor-commands";
import { Hint } from "@/pages/annotate/Hint";
import { HypothesisPicker } from "@/pages/annotate/HypothesisPicker";
import { LabelBar } from "@/pages/annotate/LabelBar";
import { Minimap } from "@/pages/annotate/Minimap";
import { ObjectsPanel } from "@/pages/annotate/ObjectsPanel";
import type { ImageInView } from "@/pages/annotate/open-image";
import { ProposalsPanel } from "@/pages/annotate/ProposalsPanel";
import { PlaceReadout, SelectionReadout } from "@/pages/annotate/Readout";
import { StageView } from "@/pages/annotate/StageView";
import { ToolRail } from "@/pages/annotate/ToolRail";
import { useKeyPointer } from "@/pages/annotate/useKeyPointer";
import { revealIn } from "@/pages/annotate/view-commands";
import { drawSample } from "./draw-sample";
import { listenToSelection, listenToStore, listenToView, watchPalette } from "./happenings";
import { LABELS, openSample } from "./sample-image";
import { noteTourSeen } from "./seen";
import { STEPS } from "./steps";
import classes from "./Tour.module.css";
import { TourStrip } from "./TourStrip";
import { type Step, Tour } from "./tour";
import { type TourCommands, tourCommands } from "./tour-commands";

/** The way of an image in eight steps, on a sample that no server knows. */
export function TourPage() {
  const user = useQuery(sessionQuery).data?.user?.id;
  const [turn, setTurn] = useState(0);
  const image = useSample(turn);
  const leave = useLeave();
  useEffect(() => {
    if (user !== undefined) noteTourSeen(localStorage, user);
  }, [user]);
  if (image === null) {
    return (
      <Center h="50dvh">
        <Loader size="sm" aria-label="Opening the sample image" />
      </Center>
    );
  }
  return <Guided key={turn} {...{ image, leave }} onAgain={() => setTurn(turn + 1)} />;
}

/** Each turn begins with an untouched image. */
function useSample(turn: number): ImageInView | null {
  const [image, setImage] = useState<ImageInView | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn, another image
  useEffect(() => {
    let isStale = false;
    void drawSample().then((bitmap) => {
      if (!isStale) setImage(openSample(bitmap));
    });
    return () => {
      isStale = true;
      setImage(null);
    };
  }, [turn]);
  return image;
}

/** Back to where the person came from. */
function useLeave(): () => void {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  const navigate = useNavigate();
  return useCallback(() => {
    if (canGoBack) router.history.back();
    else void navigate({ to: "/projects" });
  }, [router, canGoBack, navigate]);
}

interface GuidedProps {
  image: ImageInView;
  leave: () => void;
  onAgain: () => void;
}

function Guided({ image, leave, onAgain }: GuidedProps) {
  const { editor } = image;
  const [stage, setStage] = useState<Stage | null>(null);
  const [tour] = useState(() => new Tour(STEPS));
  const { at } = useSignal(tour.state);
  const reveal = useCallback((id: string) => revealIn(stage, editor, id), [editor, stage]);
  const keyPointer = useKeyPointer(editor, stage);
  const offered = useMemo(
    () => tourCommands({ tour, editor, stage, keyPointer, leave }),
    [tour, editor, stage, keyPointer, leave],
  );

  useTold(tour, editor, stage);
  useTourOffer(tour, editor, offered);
  useEffect(() => takeInHand(editor, STEPS[at]), [editor, at]);
  useEffect(() => {
    if (stage !== null) document.querySelector<HTMLElement>("[data-stage]")?.focus();
  }, [stage]);

  return (
    <div className={`${annotate.page} ${classes.page}`} data-tour-step={STEPS[at]?.id ?? "end"}>
      <header className={annotate.top}>
        <Text size="sm" fw={600}>
          Sample image
        </Text>
        <Text size="xs" c="dimmed">
          Nothing that you do here is saved.
        </Text>
        <Tooltip label="Keys">
          <ActionIcon ml="auto" aria-label="Keys" onClick={showKeys}>
            <IconKeyboard size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Button
          size="xs"
          variant={tour.awaits("finish") ? "filled" : "default"}
          onClick={offered.next}
          rightSection={<KeyOf command={editorCommand("image.next")} />}
          leftSection={<IconPlayerTrackNext size={15} aria-hidden />}
        >
          Done, next
        </Button>
      </header>
      <ToolRail {...{ editor, stage }} />
      <TourStrip tour={tour} onLeave={leave} onAgain={onAgain} />
      <div className={annotate.stageArea}>
        <StageView image={image} labels={LABELS} onStage={setStage} />
        {stage !== null && <HypothesisPicker {...{ editor, stage }} bitmap={image.bitmap} />}
        {stage !== null && <Minimap {...{ editor, stage }} bitmap={image.bitmap} />}
        {stage !== null && <PlaceReadout {...{ editor, stage }} />}
        <SelectionReadout editor={editor} labels={LABELS} />
        <Hint editor={editor} labels={LABELS} />
      </div>
      <LabelBar editor={editor} labels={LABELS} />
      <aside className={annotate.panel} aria-label="Objects and proposals">
        <div className={annotate.lists}>
          <ProposalsPanel image={image} labels={LABELS} onReveal={reveal} />
          <ObjectsPanel {...{ image, stage }} labels={LABELS} onReveal={reveal} />
        </div>
      </aside>
    </div>
  );
}

/** The tour hears of what the person does. */
function useTold(tour: Tour, editor: Editor, stage: Stage | null): void {
  useEffect(() => listenToStore(editor.store, tour.tell), [editor, tour]);
  useEffect(() => listenToSelection(editor.selection, tour.tell), [editor, tour]);
  useEffect(() => (stage === null ? undefined : listenToView(stage, tour.tell)), [stage, tour]);
}

function useTourOffer(tour: Tour, editor: Editor, { commands }: TourCommands): void {
  const [palette] = useState(watchPalette);
  useEffect(() => palette.watch(), [palette]);
  useOffer(
    useMemo(
      () => ({
        commands,
        onUse: () => {
          editor.meter.noteActivity();
          if (palette.wasJustOpen()) tour.tell("command");
        },
        onRefusal: (why) => editor.notice.set(why),
      }),
      [tour, editor, commands, palette],
    ),
  );
}

function takeInHand(editor: Editor, step: Step | undefined): void {
  const newest = liveMasks(editor.annotations.get()).at(-1);
  if (step?.inHand === "nothing") editor.selection.set(null);
  if (step?.inHand === "the newest mask" && newest !== undefined) {
    editor.selection.set({ kind: "mask", id: newest.id });
  }
}
