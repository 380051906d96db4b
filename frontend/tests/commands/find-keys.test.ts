import { describe, expect, test } from "vitest";
import { assignKeys, type Command } from "@/commands/command";
import { isSought } from "@/commands/find-keys";

const named = (title: string, key: string, more: Partial<Command> = {}): Command => ({
  ...{ id: title, title, key, group: "Work", run: () => undefined },
  ...more,
});

const COMMANDS = [
  named("Undo", "Ctrl+Z", { words: "back" }),
  named("Redo", "Ctrl+Shift+Z", { also: ["Ctrl+Y"] }),
  named("Zoom in", "+", { also: ["="] }),
  named("Drop the draft", "Escape"),
  named("Move the cross", "ArrowLeft", { shown: ["←", "→", "↑", "↓"], also: ["ArrowUp"] }),
  named("Brush", "D"),
];

function found(query: string, changed = new Map<string, string>()): string[] {
  const keys = assignKeys(COMMANDS, changed);
  return COMMANDS.filter((command) => {
    const its = keys.get(command.id);
    return its !== undefined && isSought(command, its, query);
  }).map(({ title }) => title);
}

describe("a row of the list of keys is found", () => {
  test("by what its command is called, and by other words for it", () => {
    expect(found("bru")).toEqual(["Brush"]);
    expect(found("back")).toEqual(["Undo"]);
  });

  test("by its keys, however they are written", () => {
    for (const query of ["ctrl+z", "Ctrl Z", " ctrl  z "]) {
      expect(found(query)).toEqual(["Undo", "Redo"]);
    }
    expect(found("ctrl y")).toEqual(["Redo"]);
    expect(found("shift")).toEqual(["Redo"]);
    expect(found("esc")).toEqual(["Drop the draft"]);
    expect(found("↑")).toEqual(["Move the cross"]);
    expect(found("+")).toEqual(["Zoom in"]);
  });

  test("by the key that it has now", () => {
    expect(found("q", new Map([["Brush", "Q"]]))).toEqual(["Brush"]);
    expect(found("q")).toEqual([]);
  });

  test("while nothing is typed, whatever it is", () => {
    expect(found(" ")).toHaveLength(COMMANDS.length);
  });
});
