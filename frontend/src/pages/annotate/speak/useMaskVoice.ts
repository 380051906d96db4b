import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { messageOf } from "@/api/problem";
import { consentQuery } from "@/api/session";
import { useOffer } from "@/commands/useOffer";
import { showUndo } from "@/components/undo";
import { useSignal } from "@/components/useSignal";
import { useMicrophoneChoice } from "@/pages/describe/useMicrophoneChoice";
import { useRecorder } from "@/pages/describe/useRecorder";
import { keepAbandoned } from "@/recorder/service";
import type { Take } from "@/recorder/take";
import type { OpenImage } from "../open-image";
import { useHearing } from "./useHearing";

const DROP = {
  ...{ id: "mask.speak-drop", title: "Drop what is being said of the mask", group: "Mask" },
  ...{ key: "Escape", isFixed: true, isKeyOnly: true, isEverywhere: true, isOnce: true },
};
const ACTIVE_MS = 5_000; // who speaks is at work, though no hand moves

export interface MaskVoice {
  /** That is being spoken. */
  take: Take | null;
  isOpening: boolean;
  /** Why the last try came to nothing or ended early; empty while all is well. */
  problem: string;
  isAsking: boolean; // for consent
  onAgreed: () => void;
  onDeclined: () => void;
  /** Begins to record what is said of the mask, or ends that. */
  press: () => void;
}

/** Speaking the caption of the selected mask. Selecting another one ends it, and keeps what was said. */
export function useMaskVoice(image: OpenImage, mask: string | null): MaskVoice {
  const { editor } = image;
  const queries = useQueryClient();
  const [device] = useMicrophoneChoice();
  const recorder = useRecorder(image.detail.get().id, mask);
  const { start, state } = recorder;
  const [asked, setAsked] = useState<string | null>(null); // the mask that was to be spoken of
  const [isAsking, setIsAsking] = useState(false);
  const [unknown, setUnknown] = useState(""); // why it is not known whether one has agreed
  const isLive = state === "recording" || state === "paused";
  const take = isLive ? recorder.take : null;
  const isTold = useSignal(editor.unsent.spoken)[mask ?? ""] !== undefined;
  const spoilt = recorder.take?.problem ?? ""; // of no interest once its words are kept or dropped
  const problem = recorder.problem === spoilt && !isTold ? "" : recorder.problem;
  useHearing(editor, take?.id ?? null);

  const press = useCallback(async () => {
    if (take !== null) {
      await take.stop();
      return;
    }
    if (mask === null || state === "opening") return;
    setAsked(mask);
    setUnknown("");
    try {
      const { given } = await queries.ensureQueryData(consentQuery);
      if (given) await start(device);
      else setIsAsking(true);
    } catch (error) {
      setUnknown(messageOf(error));
    }
  }, [take, mask, state, queries, start, device]);

  // From its beginning on, so that the page after a crash looks for its words, too.
  useEffect(() => {
    if (take?.mask == null) return;
    editor.unsent.noteSpoken(take.mask, { kind: "awaited", recording: take.id });
    const timer = setInterval(() => editor.meter.noteActivity(), ACTIVE_MS);
    return () => clearInterval(timer);
  }, [editor, take]);

  useEffect(() => {
    if (take !== null && take.mask !== mask) void take.stop();
  }, [take, mask]);

  // Before all else that Escape means: it would deselect the mask, which keeps what was said.
  useOffer(
    useMemo(
      () => ({
        comesFirst: true,
        commands: take === null ? [] : [{ ...DROP, why: whyNotDrop, run: () => drop(image, take) }],
      }),
      [image, take],
    ),
  );

  return {
    ...{ take, isOpening: state === "opening", isAsking, press: () => void press() },
    problem: asked === mask ? unknown || problem : "",
    onAgreed: () => {
      setIsAsking(false);
      void start(device);
    },
    onDeclined: () => setIsAsking(false),
  };
}

/** An open dialog or palette has Escape for itself. */
function whyNotDrop(): string | null {
  return document.querySelector("[role=dialog]") === null ? null : "A dialog is open.";
}

/** Put a take in the trash while it is spoken, with the way back at hand. */
function drop({ editor }: OpenImage, take: Take): void {
  const { id: recording, mask } = take;
  if (mask === null) return;
  editor.unsent.noteSpoken(mask, null);
  void take.abandon();
  showUndo("What you said was put in the trash.", async () => {
    await keepAbandoned(recording);
    editor.unsent.noteSpoken(mask, { kind: "awaited", recording });
  });
}
