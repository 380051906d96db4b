/** A command for each label: its digit, where it has one, and its name in the palette. */

import type { Command } from "@/commands/command";
import type { LabelId } from "@/editor/operations";
import { DIGITS, type LabelChoice } from "./label-choice";

export function labelCommands(
  labels: readonly LabelChoice[],
  choose: (label: LabelId | null) => void,
): Command[] {
  const named = labels.map(({ id, name }, at) => ({
    ...{ id: `label.${id}`, title: `Label: ${name}`, group: "Label", isFixed: true },
    key: DIGITS[at],
    run: () => choose(id),
  }));
  return [
    ...named,
    {
      ...{ id: "label.none", title: "No label", group: "Label", key: "0", isFixed: true },
      words: "label none remove",
      run: () => choose(null),
    },
  ];
}
