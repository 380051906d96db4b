/** The commands on the tour's page: those of drawing, and what ends a step or the tour. */

import type { Command } from "@/commands/command";
import type { Editor } from "@/editor/editor";
import type { KeyPointer } from "@/editor/render/key-pointer";
import type { Stage } from "@/editor/render/stage";
import { drawingCommands } from "@/pages/annotate/editor-commands";
import { zoomBy } from "@/pages/annotate/view-commands";
import { LABELS } from "./sample-image";
import type { Tour } from "./tour";

interface TourParts {
  readonly tour: Tour;
  readonly editor: Editor;
  readonly stage: Stage | null;
  readonly keyPointer: KeyPointer | null;
  leave(): void;
}

/** What only a server could answer. */
const NOT_HERE: readonly string[] = [
  ...["work.save", "image.previous", "mask.history", "tool.comment"],
];

const TOO_EARLY = "This finishes the image: it is the tour's last step.";

export interface TourCommands {
  readonly commands: readonly Command[];
  /** As N does. */
  next(): void;
}

export function tourCommands({ tour, editor, stage, keyPointer, leave }: TourParts): TourCommands {
  const next = (): void => {
    if (tour.step === null) leave();
    else if (tour.awaits("finish")) tour.tell("finish");
    else editor.notice.set(TOO_EARLY);
  };
  const nothing = (): void => undefined;
  const all = drawingCommands({
    ...{ editor, labels: LABELS, next, previous: nothing, hasPrevious: () => false },
    ...{ save: nothing, saving: () => ({ text: "", isDone: true }) },
    keyPointer,
    showAll: () => stage?.fit(),
    zoom: (factor) => zoomBy(stage, factor),
  });
  const commands = all
    .filter(({ id }) => !NOT_HERE.includes(id))
    .map((command) =>
      command.id === "edit.cancel" ? leaving(command, { tour, editor, leave }) : command,
    );
  return { commands, next };
}

/** Escape drops what is in hand, and leaves the tour where there is nothing or it is over. */
function leaving(
  command: Command,
  { tour, editor, leave }: Pick<TourParts, "tour" | "editor" | "leave">,
): Command {
  const hasNothing = (): boolean =>
    !editor.tool.get().isBusy &&
    editor.draft.state.get() === null &&
    editor.selection.get() === null;
  return {
    ...command,
    title: "Drop the gesture or draft, deselect, leave the tour",
    run: (chord) => (tour.step === null || hasNothing() ? leave() : command.run(chord)),
  };
}
