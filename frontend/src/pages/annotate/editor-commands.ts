/** The commands of the editor: one table for the keys, the list of keys, the buttons and the palette. */

import type { Command } from "@/commands/command";
import type { Editor } from "@/editor/editor";
import { pendingProposals } from "@/editor/picking";
import type { KeyPointer } from "@/editor/render/key-pointer";
import { proposalInMind } from "@/editor/verdicts";
import { DIGITS, type LabelChoice } from "./label-choice";
import { labelCommands } from "./label-commands";
import { LIST_COMMANDS } from "./list-commands";
import { LOOK_COMMANDS } from "./look-commands";
import { lackOf, MASK_COMMANDS, READ_ONLY } from "./mask-commands";
import {
  CONFLICT_COMMANDS,
  type ConflictCommands,
  REVIEW_COMMANDS,
  type ReviewCommands,
  VERDICT_COMMANDS,
  type VerdictCommands,
} from "./review/review-commands";
import { IN_ANY_IMAGE, TOOLS, toolId } from "./tool-list";
import { ZOOM_STEP } from "./view-commands";

/** What commands on an image work on: its editor and the page around it. */
export interface DrawingPage {
  readonly editor: Editor;
  readonly labels: readonly LabelChoice[];
  hasPrevious(): boolean;
  next(): void;
  previous(): void;
  /** The pointer that keys move; null while there is no stage. */
  readonly keyPointer: KeyPointer | null;
  showAll(): void;
  zoom(factor: number): void;
  /** Send what waits. */
  save(): void;
  /** Where the work is, in words; whether the server has all of it. */
  saving(): { text: string; isDone: boolean };
}

/** A page on which images are reviewed as well. */
export interface EditorPage extends DrawingPage {
  /** Whether the person has the image to themselves, until it is finished or given back. */
  readonly isHeld: boolean;
  /** Whether the person may give verdicts on images. */
  readonly mayReview: boolean;
  giveBack(): void;
  /** Why the image cannot be opened again; null when it can. */
  whyNotReopen(): string | null;
  reopen(): void;
  /** Go to the page on which the image is described. */
  describe(): void;
  readonly review: ReviewCommands;
  readonly verdict: VerdictCommands;
  readonly conflicts: ConflictCommands;
}

interface EditorCommand<Page = DrawingPage> extends Omit<Command, "run" | "why" | "fact"> {
  run(page: Page, chord: string): void;
  why?(page: Page): string | null;
  fact?(page: Page): string | null;
}

const ARROWS: Record<string, readonly [dx: number, dy: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR = 10; // an arrow key with Shift, in steps
const POINTER_STEP_PX = 5; // of the screen
const BRUSH_STEP = 1.25;

const whyReadOnly = ({ editor }: DrawingPage): string | null =>
  editor.isFrozen ? READ_ONLY : null;

const isUnderWay = ({ draft, tool }: Editor): boolean =>
  draft.state.get() !== null || tool.get().isBusy;

function whyNoVerdict(page: DrawingPage): string | null {
  if (isUnderWay(page.editor) || proposalInMind(page.editor) !== null) return whyReadOnly(page);
  return "There is no draft and no proposal in hand.";
}

function whyNothingToAccept(page: DrawingPage): string | null {
  return page.editor.selection.get()?.kind === "mask" ? whyReadOnly(page) : whyNoVerdict(page);
}

const whyNoProposal = ({ editor }: DrawingPage): string | null =>
  pendingProposals(editor.annotations.get()).length > 0 ? null : "No proposal waits.";

const GIVE_BACK: EditorCommand<EditorPage> = {
  ...{ id: "image.give-back", title: "Give this image back", group: "Work" },
  what: "Leave this image to others, with what was done so far",
  words: "release unclaim leave",
  why: ({ isHeld }) => (isHeld ? null : "The image is not held by you."),
  run: ({ giveBack }) => giveBack(),
};

const REOPEN: EditorCommand<EditorPage> = {
  ...{ id: "image.reopen", title: "Not done after all", group: "Work" },
  what: "Open a finished image again, until a reviewer looks at it",
  words: "reopen unfinish undo done finished mistake",
  why: ({ whyNotReopen }) => whyNotReopen(),
  run: ({ reopen }) => reopen(),
};

const DESCRIBE: EditorCommand<EditorPage> = {
  ...{ id: "image.describe", title: "Describe this image aloud", group: "Work" },
  what: "Open the page on which you say what is on this image",
  words: "speak voice record microphone dictate talk caption",
  run: ({ describe }) => describe(),
};

const REVIEW: readonly EditorCommand<EditorPage>[] = REVIEW_COMMANDS.map(({ run, ...command }) => ({
  ...{ ...command, group: "Review" },
  run: ({ review }) => run(review),
}));

const FOR_REVIEWERS: readonly EditorCommand<EditorPage>[] = [
  ...VERDICT_COMMANDS.map(
    ({ run, why, ...command }): EditorCommand<EditorPage> => ({
      ...{ ...command, group: "Review" },
      why: ({ verdict }) => why(verdict),
      run: ({ verdict }) => run(verdict),
    }),
  ),
  ...CONFLICT_COMMANDS.map(
    ({ run, why, ...command }): EditorCommand<EditorPage> => ({
      ...{ ...command, group: "Review" },
      why: ({ conflicts }) => why(conflicts),
      run: ({ conflicts }) => run(conflicts),
    }),
  ),
];

const TOOL_COMMANDS: readonly EditorCommand[] = [
  ...TOOLS.map(
    ({ name, title, key, what }): EditorCommand => ({
      ...{ id: toolId(name), title, key, what, group: "Tools" },
      why: (page) => (IN_ANY_IMAGE.includes(name) ? null : whyReadOnly(page)),
      run: ({ editor }) => editor.takeTool(name),
    }),
  ),
  {
    ...{ id: "brush.smaller", title: "Smaller brush", key: "[", group: "Tools" },
    run: ({ editor }) => editor.setBrush(editor.brush.get() / BRUSH_STEP),
  },
  {
    ...{ id: "brush.larger", title: "Larger brush", key: "]", group: "Tools" },
    run: ({ editor }) => editor.setBrush(editor.brush.get() * BRUSH_STEP),
  },
  {
    ...{ id: "pointer.move", title: "Move the cross", group: "Tools" },
    what: "Move a cross over the image (Shift: faster); with Move, the mask by a pixel (Shift: ten)",
    ...{ key: "ArrowLeft", shown: ["←", "→", "↑", "↓"], isFixed: true, isKeyOnly: true },
    also: Object.keys(ARROWS).flatMap((key) => [key, `Shift+${key}`]),
    run: ({ editor, keyPointer }, chord) => {
      const [right, down] = ARROWS[chord.replace("Shift+", "")] ?? [0, 0];
      const steps = chord.startsWith("Shift") ? FAR : 1;
      const [dx, dy] = [right * steps, down * steps];
      if (editor.tool.get().nudge?.(dx, dy)) return;
      keyPointer?.move(dx * POINTER_STEP_PX, dy * POINTER_STEP_PX);
    },
  },
  {
    ...{ id: "pointer.press", title: "Click at the cross", key: ";", group: "Tools" },
    what: "Click at the cross that the arrow keys move; held down with them, drag",
    ...{ isOnce: true, isKeyOnly: true },
    run: ({ keyPointer }) => keyPointer?.press(false),
  },
  {
    ...{ id: "pointer.press-other", title: "Right button at the cross", key: "'", group: "Tools" },
    what: "The same with the right button: what Points should leave out",
    ...{ isOnce: true, isKeyOnly: true },
    run: ({ keyPointer }) => keyPointer?.press(true),
  },
];

const ON_MASKS: readonly EditorCommand[] = MASK_COMMANDS.map((command) => {
  const { id, title, what, words, key, run, fact } = command;
  return {
    ...{ id, title, what, words, key, group: "Mask" },
    why: ({ editor }) => lackOf(editor, command),
    fact: ({ editor }) => fact?.(editor) ?? null,
    run: ({ editor }) => run(editor),
  };
});

const ON_OBJECTS: readonly EditorCommand[] = LIST_COMMANDS.map(
  ({ run, why, fact, ...command }) => ({
    ...{ ...command, group: "Objects" },
    why: ({ editor }) => why?.(editor) ?? null,
    fact: ({ editor }) => fact?.(editor) ?? null,
    run: ({ editor }) => run(editor),
  }),
);

const VERDICTS: readonly EditorCommand[] = [
  {
    ...{ id: "verdict.accept", title: "Accept the draft or proposal", group: "Verify" },
    ...{ key: "A", also: ["Enter"], why: whyNothingToAccept },
    what: "Accept the draft or proposal, or let go of the mask in hand; Enter closes a polygon",
    words: "done deselect new next object",
    run: ({ editor }) => editor.accept(),
  },
  {
    ...{ id: "verdict.reject", title: "Reject the draft or proposal", group: "Verify" },
    ...{ key: "X", words: "drop", why: whyNoVerdict },
    run: ({ editor }) => editor.reject(),
  },
  {
    ...{ id: "proposal.next", title: "Next proposal", key: "Tab", group: "Verify" },
    why: whyNoProposal,
    run: ({ editor }) => editor.selectProposal(1),
  },
  {
    ...{ id: "proposal.previous", title: "Previous proposal", key: "Shift+Tab", group: "Verify" },
    why: whyNoProposal,
    run: ({ editor }) => editor.selectProposal(-1),
  },
  ...([0, 1, 2] as const).map(
    (index): EditorCommand => ({
      ...{ id: `hypothesis.${index + 1}`, title: `Hypothesis ${index + 1}`, group: "Verify" },
      ...{ key: String(index + 1), isFixed: true },
      why: ({ editor }) => (editor.isAmbiguous ? null : "No three hypotheses are there."),
      run: ({ editor }) => editor.choose(index),
    }),
  ),
];

const LABEL_ALWAYS: EditorCommand = {
  ...{ id: "label.always", title: "Label", group: "Label", key: "Shift+1" },
  also: DIGITS.map((digit) => `Shift+${digit}`),
  what: "Label, also while there are three hypotheses",
  ...{ shown: ["Shift", "1 … 9"], isFixed: true, isKeyOnly: true },
  run: ({ editor, labels }, chord) => {
    const label = labels[Number(chord.at(-1)) - 1];
    if (label !== undefined) editor.setLabel(label.id);
  },
};

const WORK: readonly EditorCommand[] = [
  {
    ...{ id: "edit.delete", title: "Delete the selected masks", group: "Work", words: "remove" },
    ...{ key: "Delete", also: ["Backspace"] },
    what: "Delete the selected masks; while drawing, the last point or corner",
    why: (page) => {
      const { selection, hover } = page.editor;
      if (isUnderWay(page.editor) || selection.get() || hover.get()) return whyReadOnly(page);
      return "Select a mask first.";
    },
    run: ({ editor }) => editor.remove(),
  },
  {
    ...{ id: "edit.undo", title: "Undo", key: "Ctrl+Z", group: "Work" },
    why: ({ editor }) =>
      editor.store.canUndo || isUnderWay(editor) ? null : "There is nothing to undo.",
    run: ({ editor }) => editor.undo(),
  },
  {
    ...{ id: "edit.redo", title: "Redo", key: "Ctrl+Shift+Z", also: ["Ctrl+Y"], group: "Work" },
    why: ({ editor }) =>
      editor.store.canRedo || editor.draft.canRedo ? null : "There is nothing to redo.",
    run: ({ editor }) => editor.redo(),
  },
  {
    ...{ id: "image.next", title: "Next image", key: "N", group: "Work", words: "finish done" },
    what: "Finish this image, or approve it in the queue of reviews, and open the next",
    run: ({ next }) => next(),
  },
  {
    ...{ id: "image.previous", title: "Previous image", key: "Shift+N", group: "Work" },
    ...{ what: "Open the previous image again", words: "back last" },
    why: ({ hasPrevious }) => (hasPrevious() ? null : "This is the first one that you opened."),
    run: ({ previous }) => previous(),
  },
  {
    ...{ id: "work.save", title: "Save now", group: "Work", words: "state sync send offline" },
    fact: ({ saving }) => saving().text,
    why: ({ saving }) => (saving().isDone ? "Saved: the server has everything." : null),
    run: ({ save }) => save(),
  },
  {
    ...{
      id: "edit.cancel",
      title: "Drop the gesture or draft, close the history, deselect",
      group: "Work",
    },
    ...{ key: "Escape", isFixed: true, isKeyOnly: true },
    run: ({ editor }) => editor.cancel(),
  },
];

const VIEW: readonly EditorCommand[] = [
  {
    ...{ id: "view.proposals", title: "Show or hide proposals", key: "G", group: "View" },
    run: ({ editor }) => editor.showsProposals.set(!editor.showsProposals.get()),
  },
  ...LOOK_COMMANDS.map(
    ({ change, why, ...command }): EditorCommand => ({
      ...{ ...command, group: "View" },
      why: ({ editor: { view } }) => why?.(view.look.get()) ?? null,
      run: ({ editor: { view } }) => view.look.set(change(view.look.get())),
    }),
  ),
  {
    ...{ id: "view.fit", title: "Fit the image", key: "F", group: "View" },
    run: ({ showAll }) => showAll(),
  },
  {
    ...{ id: "view.zoom-in", title: "Zoom in", key: "+", also: ["="], group: "View" },
    what: "Zoom in (or the wheel)",
    run: ({ zoom }) => zoom(ZOOM_STEP),
  },
  {
    ...{ id: "view.zoom-out", title: "Zoom out", key: "-", group: "View" },
    run: ({ zoom }) => zoom(1 / ZOOM_STEP),
  },
  {
    ...{ id: "view.pan", title: "Move the image", key: "Space", group: "View" },
    what: "Hold and drag to move the image (or the middle button)",
    ...{ isFixed: true, isKeyOnly: true },
    run: () => undefined, // the stage listens to it, as it is held
  },
];

const BEFORE_LABELS = [...TOOL_COMMANDS, ...ON_MASKS, ...ON_OBJECTS, ...VERDICTS];
const AFTER_LABELS = [LABEL_ALWAYS, ...WORK];

/** The commands on one page, in the order of the list of keys. */
export function editorCommands(page: EditorPage): Command[] {
  const [drawing, looking] = commandsAround(page);
  const bind = (command: EditorCommand<EditorPage>): Command => bound(command, page);
  const isUnlisted = !page.mayReview;
  const forReviewers = FOR_REVIEWERS.map((command) => ({ ...bind(command), isUnlisted }));
  return [
    ...drawing,
    ...[REOPEN, GIVE_BACK, DESCRIBE, ...REVIEW].map(bind),
    ...forReviewers,
    ...looking,
  ];
}

/** The same without those of a review. */
export function drawingCommands(page: DrawingPage): Command[] {
  return commandsAround(page).flat();
}

/** Those before and those after the ones of a review. */
function commandsAround(page: DrawingPage): [Command[], Command[]] {
  const bind = (command: EditorCommand): Command => bound(command, page);
  const labels = labelCommands(page.labels, (label) => page.editor.setLabel(label));
  return [[...BEFORE_LABELS.map(bind), ...labels, ...AFTER_LABELS.map(bind)], VIEW.map(bind)];
}

function bound<Page>(command: EditorCommand<Page>, page: Page): Command {
  return {
    ...command,
    why: () => command.why?.(page) ?? null,
    fact: () => command.fact?.(page) ?? null,
    run: (chord = "") => command.run(page, chord),
  };
}

/** A row of the table, for a button that does the same. */
export function editorCommand(id: string): Pick<Command, "id" | "title" | "key"> {
  const all = [
    ...[...BEFORE_LABELS, ...AFTER_LABELS, REOPEN, GIVE_BACK, DESCRIBE],
    ...[...REVIEW, ...FOR_REVIEWERS, ...VIEW],
  ];
  const found = all.find((command) => command.id === id);
  if (found === undefined) throw new Error(`There is no command ${id}.`);
  return found;
}
