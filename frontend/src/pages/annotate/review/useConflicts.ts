import { useQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { conflictsQuery, type Person } from "@/api/conflicts";
import type { Project } from "@/api/types";
import { useSignal } from "@/components/useSignal";
import {
  type Choice,
  choicesFor,
  type Decision,
  decide,
  decisionOf,
  openPairs,
  type Pair,
  rowsOf,
} from "@/editor/conflicts";
import { unionBox, viewOfBox } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { Annotations } from "@/editor/operations";
import { rowOf } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import { Signal } from "@/editor/signal";
import type { OpenImage } from "../open-image";
import { keyOf } from "./conflict-words";
import type { ConflictCommands } from "./review-commands";

const NONE: readonly never[] = [];
const NOTHING = new Signal<Annotations>({ masks: new Map(), proposals: new Map() });

export interface ConflictRow {
  readonly id: string;
  readonly pair: Pair;
  readonly decision: Decision;
}

export interface Conflicts {
  readonly people: readonly Person[];
  readonly rows: readonly ConflictRow[];
  readonly openCount: number;
  /** The pair in view. */
  readonly focused: string | null;
  readonly commands: ConflictCommands;
  show(row: ConflictRow): void;
  decide(row: ConflictRow, choice: Choice): void;
  decideAll(choice: Choice): void;
}

/** Where two people differ on this image, for whoever reviews it. */
export function useConflicts(project: Project, image: OpenImage, stage: Stage): Conflicts {
  const { editor } = image;
  const { id, people: count, status } = useSignal(image.detail);
  const [focused, setFocused] = useState<string | null>(null);
  const isFinished = status === "done" || status === "reviewed"; // nobody works blind any more
  const enabled = project.role !== "annotator" && count > 1 && isFinished;
  const { data } = useQuery({ ...conflictsQuery(id), enabled });
  const pairs = data?.pairs ?? NONE;
  // Where nothing is compared, a stroke draws the page around it no more often than before.
  const annotations = useSignal(pairs.length > 0 ? editor.annotations : NOTHING);

  useEffect(() => {
    if (pairs.length === 0) return;
    editor.store.learn(rowsOf(pairs));
    editor.view.comparesSets.set(openPairs(pairs, editor.annotations.get()).length > 0);
  }, [editor, pairs]);

  const rows = useMemo(
    () =>
      pairs.map((pair) => ({
        ...{ id: keyOf(pair), pair, decision: decisionOf(pair, annotations) },
      })),
    [pairs, annotations],
  );

  const show = useCallback(
    ({ id: key, pair }: ConflictRow) => {
      setFocused(key);
      const finished = [pair.first, pair.other].filter((each) => each !== null);
      const refs = finished.map(({ mask }) => ({ kind: "mask", id: mask }) as const);
      const now = editor.annotations.get();
      editor.selection.set(refs.find((ref) => rowOf(now, ref) !== null) ?? null);
      const boxes = finished.map(({ rle }) => maskFromRLE(rle).box);
      const box = boxes.reduce((all, each) => unionBox(all, each), null);
      if (box !== null) stage.setView(viewOfBox(stage.size.get(), box));
    },
    [editor, stage],
  );
  const run: ConflictCommands = {
    whyNone: rows.length > 0 ? null : "No two people's masks are here to be compared.",
    next: () => {
      const from = rows.findIndex((row) => row.id === focused) + 1;
      const around = [...rows.slice(from), ...rows.slice(0, from)];
      const next = around.find(({ decision }) => decision === "open");
      if (next !== undefined) show(next);
      else editor.notice.set("Every conflict is decided.");
    },
    compare: () => editor.view.comparesSets.set(!editor.view.comparesSets.get()),
    whyNot: (choice) => {
      const row = rows.find(({ id: key }) => key === focused);
      if (row === undefined) return "Look at a conflict first.";
      return choicesFor(row.pair).includes(choice) ? null : "Only one of them has this object.";
    },
    choose: (choice) => {
      const row = rows.find(({ id: key }) => key === focused);
      if (row === undefined) return;
      decide(editor, [row.pair], choice);
      const open = openPairs(pairs, editor.annotations.get());
      if (open.length > 0) latest.current.next();
    },
  };
  const latest = useRef(run);
  latest.current = run;
  const commands = useMemo(
    (): ConflictCommands => ({
      get whyNone() {
        return latest.current.whyNone;
      },
      next: () => latest.current.next(),
      compare: () => latest.current.compare(),
      whyNot: (choice) => latest.current.whyNot(choice),
      choose: (choice) => latest.current.choose(choice),
    }),
    [],
  );

  return {
    ...{ people: data?.people ?? NONE, rows, focused, commands, show },
    openCount: rows.filter(({ decision }) => decision === "open").length,
    decide: (row, choice) => {
      setFocused(row.id);
      decide(editor, [row.pair], choice);
    },
    decideAll: (choice) => void decide(editor, pairs, choice),
  };
}
