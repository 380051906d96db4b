/** The keys of the editor: one table for the listener and for the help. */

import type { Editor } from "@/editor/editor";
import { MASK_COMMANDS } from "./mask-commands";
import { TOOLS } from "./tool-list";

export interface KeyActions {
  readonly editor: Editor;
  readonly labels: readonly { id: number }[];
  next(): void;
  showAll(): void;
  zoom(factor: number): void;
  help(): void;
}

/** In the order of the help. */
export const KEY_GROUPS = ["Tools", "Mask", "Verify", "Label", "Work", "View"] as const;
export type KeyGroup = (typeof KEY_GROUPS)[number];

export interface Key {
  readonly keys: readonly string[]; // as shown in the help
  readonly what: string;
  readonly group: KeyGroup;
  /** Whether a key press means this one. */
  matches(event: KeyboardEvent): boolean;
  run(actions: KeyActions, event: KeyboardEvent): void;
}

const isPlain = (event: KeyboardEvent): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey;
const isCommand = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey;
const letter = (wanted: string) => (event: KeyboardEvent) =>
  isPlain(event) && !event.shiftKey && event.key.toLowerCase() === wanted;
const shifted = (wanted: string) => (event: KeyboardEvent) =>
  isPlain(event) && event.shiftKey && event.key.toLowerCase() === wanted;
const command = (wanted: string) => (event: KeyboardEvent) =>
  isCommand(event) && !event.shiftKey && event.key.toLowerCase() === wanted;
const named =
  (...names: string[]) =>
  (event: KeyboardEvent) =>
    isPlain(event) && names.includes(event.key);

function digitOf(event: KeyboardEvent): number | null {
  const found = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  return found === null || !isPlain(event) ? null : Number(found[1]);
}

/** Whether a key press is the one that a table shows: a letter, or one with Shift or Ctrl. */
function pressOf(keys: readonly string[]): (event: KeyboardEvent) => boolean {
  const wanted = (keys.at(-1) ?? "").toLowerCase();
  if (!/[a-z]/.test(wanted)) return named(wanted); // some keyboards need Shift for a full stop
  if (keys[0] === "Shift") return shifted(wanted);
  return keys[0] === "Ctrl" ? command(wanted) : letter(wanted);
}

const ARROWS: Record<string, readonly [dx: number, dy: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const FAR_PX = 10; // an arrow key with Shift

const grow = 1.25; // each press changes the brush by a quarter

export const KEYS: readonly Key[] = [
  ...TOOLS.map(
    ({ name, keys, what }): Key => ({
      ...{ keys, what, group: "Tools" },
      matches: pressOf(keys),
      run: ({ editor }) => editor.takeTool(name),
    }),
  ),
  {
    keys: ["[", "]"],
    what: "Smaller or larger brush",
    group: "Tools",
    matches: named("[", "]"),
    run: ({ editor }, { key }) =>
      editor.setBrush(editor.brush.get() * (key === "]" ? grow : 1 / grow)),
  },
  {
    keys: ["←", "→", "↑", "↓"],
    what: "With Move: by a pixel (Shift: by ten)",
    group: "Tools",
    matches: (event) => isPlain(event) && event.key in ARROWS && isOnStage(event),
    run: ({ editor }, { key, shiftKey }) => {
      const [dx, dy] = ARROWS[key] ?? [0, 0];
      const step = shiftKey ? FAR_PX : 1;
      editor.tool.get().nudge?.(dx * step, dy * step);
    },
  },
  ...MASK_COMMANDS.map(
    ({ title, keys, run }): Key => ({
      ...{ keys, what: title, group: "Mask" },
      matches: pressOf(keys),
      run: ({ editor }) => run(editor),
    }),
  ),
  {
    keys: ["A", "Enter"],
    what: "Accept the draft or proposal; Enter closes a polygon",
    group: "Verify",
    matches: (event) => letter("a")(event) || named("Enter")(event),
    run: ({ editor }) => editor.accept(),
  },
  {
    keys: ["X"],
    what: "Reject the draft or proposal",
    group: "Verify",
    matches: letter("x"),
    run: ({ editor }) => editor.reject(),
  },
  {
    keys: ["Tab"],
    what: "Next proposal (Shift: previous)",
    group: "Verify",
    matches: (event) => named("Tab")(event) && event.target instanceof Element && isOnStage(event),
    run: ({ editor }, { shiftKey }) => editor.selectProposal(shiftKey ? -1 : 1),
  },
  {
    keys: ["1", "2", "3"],
    what: "Pick a hypothesis while there are three",
    group: "Verify",
    matches: (event) => !event.shiftKey && [1, 2, 3].includes(digitOf(event) ?? 0),
    run: (actions, event) => {
      const digit = digitOf(event) ?? 1;
      if (actions.editor.isAmbiguous) actions.editor.choose((digit - 1) as 0 | 1 | 2);
      else setLabel(actions, digit);
    },
  },
  {
    keys: ["1", "…", "9"],
    what: "Label of the selection, or of what comes next (with Shift: always)",
    group: "Label",
    matches: (event) => (digitOf(event) ?? 0) > 0,
    run: (actions, event) => setLabel(actions, digitOf(event) ?? 0),
  },
  {
    keys: ["0"],
    what: "No label",
    group: "Label",
    matches: (event) => digitOf(event) === 0,
    run: ({ editor }) => editor.setLabel(null),
  },
  {
    keys: ["Delete"],
    what: "Delete the selected masks; while drawing, the last point or corner",
    group: "Work",
    matches: named("Delete", "Backspace"),
    run: ({ editor }) => editor.remove(),
  },
  {
    keys: ["Ctrl", "Z"],
    what: "Undo",
    group: "Work",
    matches: (event) => isCommand(event) && !event.shiftKey && event.key.toLowerCase() === "z",
    run: ({ editor }) => editor.undo(),
  },
  {
    keys: ["Ctrl", "Shift", "Z"],
    what: "Redo",
    group: "Work",
    matches: (event) =>
      isCommand(event) &&
      ((event.shiftKey && event.key.toLowerCase() === "z") || event.key.toLowerCase() === "y"),
    run: ({ editor }) => editor.redo(),
  },
  {
    keys: ["N"],
    what: "Finish this image and open the next",
    group: "Work",
    matches: letter("n"),
    run: ({ next }) => next(),
  },
  {
    keys: ["Esc"],
    what: "Drop the gesture, the draft, the selection",
    group: "Work",
    matches: named("Escape"),
    run: ({ editor }) => editor.cancel(),
  },
  {
    keys: ["G"],
    what: "Show or hide proposals",
    group: "View",
    matches: letter("g"),
    run: ({ editor }) => editor.showsProposals.set(!editor.showsProposals.get()),
  },
  {
    keys: ["Shift", "O"],
    what: "Outlines only, or filled masks",
    group: "View",
    matches: shifted("o"),
    run: ({ editor: { view } }) => {
      const look = view.look.get();
      view.look.set({ ...look, isOutlineOnly: !look.isOutlineOnly });
    },
  },
  {
    keys: ["F"],
    what: "Fit the image",
    group: "View",
    matches: letter("f"),
    run: ({ showAll }) => showAll(),
  },
  {
    keys: ["+", "−"],
    what: "Zoom (or the wheel)",
    group: "View",
    matches: named("+", "=", "-"),
    run: ({ zoom }, { key }) => zoom(key === "-" ? 1 / 1.25 : 1.25),
  },
  {
    keys: ["Space"],
    what: "Hold and drag to move the image (or the middle button)",
    group: "View",
    matches: () => false, // the stage listens to it, as it is held
    run: () => undefined,
  },
  { keys: ["?"], what: "This list", group: "View", matches: named("?"), run: ({ help }) => help() },
];

/** Whether a key press is text or belongs to a dialog, a menu or a slider. */
export function isForOthers(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) {
    return true;
  }
  const isControl = target.closest("button, a, [role=option]") !== null;
  return isControl && ["Enter", "Tab", " "].includes(event.key);
}

function isOnStage(event: KeyboardEvent): boolean {
  const { target } = event;
  return (
    target instanceof Element &&
    (target === document.body || target.closest("[data-stage]") !== null)
  );
}

function setLabel({ editor, labels }: KeyActions, digit: number): void {
  const label = labels[digit - 1];
  if (label !== undefined) editor.setLabel(label.id);
}
