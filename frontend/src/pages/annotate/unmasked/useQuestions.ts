/** The questions of an image, and what answers them. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useState } from "react";
import { type Decision, decideLink, groundingQuery, type Phrase } from "@/api/grounding";
import { tellOnce } from "@/components/tellOnce";
import { useRead, useSignal } from "@/components/useSignal";
import { viewOfBox } from "@/editor/geometry";
import type { Stage } from "@/editor/render/stage";
import type { OpenImage } from "../open-image";
import { type Asked, ask, drawnSince } from "./asked";

const AROUND = 1 / 8; // of the image's longer side, to each side of a place

export interface Answer {
  readonly phrase: number;
  readonly said: string;
}

export interface Questions {
  /** Those that nobody has answered. */
  readonly open: readonly Phrase[];
  /** The one that is asked now. */
  readonly current: Phrase | null;
  /** Whether its mask is being drawn. */
  readonly isDrawing: boolean;
  /** What was answered last, in words. */
  readonly last: Answer | null;
  /** Take the last answer back. */
  undo(): void;
  ask(phrase: Phrase): void;
  draw(): void;
  /** The selected mask is it. */
  link(): void;
  dismiss(): void;
}

export function useQuestions(image: OpenImage, stage: Stage): Questions {
  // Of most images nobody has spoken: opening one costs no request more.
  const { id, has_takes } = useSignal(image.detail);
  const { data } = useQuery({ ...groundingQuery(id), enabled: has_takes });
  const [answered, setAnswered] = useState<ReadonlySet<number>>(new Set());
  const open = (data?.phrases ?? []).filter(
    (phrase) => phrase.is_question && !answered.has(phrase.id),
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const current = open.find((phrase) => phrase.id === chosen) ?? open[0] ?? null;
  const [asked, setAsked] = useState<Asked | null>(null);
  const [last, setLast] = useState<Answer | null>(null);
  const { editor } = image;
  const drawn = useRead(editor.annotations, (now) => asked && drawnSince(asked, now));

  const decide = useDecision(image, setAnswered);
  const answer = useCallback(
    (phrase: Phrase, masks: string[], said: string) => {
      setAsked(null);
      setLast({ phrase: phrase.id, said });
      decide({ phrase: phrase.id, kind: masks.length > 0 ? "confirmed" : "dismissed", masks });
    },
    [decide],
  );

  const wanted = open.find((phrase) => phrase.id === asked?.phrase) ?? null;
  useEffect(() => {
    if (typeof drawn !== "string" || wanted === null) return;
    answer(wanted, [drawn], `The new mask is “${wanted.text}”.`);
  }, [drawn, wanted, answer]);

  return {
    ...{ open, current, isDrawing: current !== null && asked?.phrase === current.id, last },
    undo: () => {
      if (last === null) return;
      setLast(null);
      setChosen(last.phrase);
      decide({ phrase: last.phrase, kind: "removed", masks: [] });
    },
    ask: (phrase) => {
      setChosen(phrase.id);
      setAsked(null);
      lookAt(image, stage, phrase);
    },
    draw: () => {
      if (current === null) return;
      setChosen(current.id);
      setAsked(ask(current.id, editor.annotations.get()));
      editor.selection.set(null); // it is another object
      lookAt(image, stage, current);
    },
    link: () => {
      const selected = editor.selection.get();
      if (current === null || selected?.kind !== "mask") return;
      answer(current, [selected.id], `The selected mask is “${current.text}”.`);
    },
    dismiss: () => {
      if (current !== null) answer(current, [], `“${current.text}” needs no mask.`);
    },
  };
}

type SetAnswered = (change: (before: ReadonlySet<number>) => ReadonlySet<number>) => void;

/** Sends an answer, and asks again where that failed or was taken back. */
function useDecision(image: OpenImage, setAnswered: SetAnswered): (decision: Decision) => void {
  const queries = useQueryClient();
  const reopen = (phrase: number) =>
    setAnswered((before) => new Set([...before].filter((each) => each !== phrase)));
  const { mutate } = useMutation({
    mutationFn: async (decision: Decision) => {
      if (decision.masks.length > 0) await image.outbox.whenSaved(); // a new one is known then
      return decideLink(decision);
    },
    onMutate: ({ phrase, kind }) => {
      if (kind === "removed") reopen(phrase);
      else setAnswered((before) => new Set([...before, phrase]));
    },
    onError: (error, { phrase }) => {
      reopen(phrase);
      tellOnce(error);
    },
    onSettled: () => {
      void queries.invalidateQueries(groundingQuery(image.detail.get().id));
      void queries.invalidateQueries({ queryKey: ["queues"] });
    },
  });
  return mutate;
}

/** Show where the pointer was as it was said. */
function lookAt(image: OpenImage, stage: Stage, { place_xy }: Phrase): void {
  const { width, height } = image.detail.get();
  const [x, y] = place_xy ?? [];
  if (x === undefined || y === undefined) return;
  const around = AROUND * Math.max(width, height);
  const box = { x0: x - around, y0: y - around, x1: x + around, y1: y + around };
  stage.setView(viewOfBox(stage.size.get(), box));
}
