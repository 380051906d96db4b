import { describe, expect, test } from "vitest";
import type { Command } from "@/commands/command";
import { find } from "@/commands/match";

const named = (title: string, more: Partial<Command> = {}): Command => ({
  ...{ id: title, title, group: "Mask", run: () => undefined },
  ...more,
});

const COMMANDS = [
  named("Fill a hole", { group: "Tools" }),
  named("Fill all holes"),
  named("Cut by its neighbours"),
  named("Cut its neighbours"),
  named("Label: Zellkern", { group: "Label" }),
  named("Kern"),
  named("Élan"),
  named("Use the dark colours", { group: "Anneal", words: "theme" }),
  named("Move by a pixel", { isKeyOnly: true }),
  named("Merge the selected masks", { why: () => "Select several masks first." }),
];

const titles = (query: string) => find(COMMANDS, query).map(({ command }) => command.title);

describe("commands", () => {
  test("are all there while nothing is typed, but for those that can do nothing", () => {
    expect(titles("")).toEqual(COMMANDS.slice(0, 8).map(({ title }) => title));
  });

  test("are found by the beginnings of words in any order", () => {
    expect(titles("hol fill")).toEqual(["Fill a hole", "Fill all holes"]);
  });

  test("are found by the first letters of words", () => {
    expect(titles("cin")).toEqual(["Cut its neighbours", "Cut by its neighbours"]);
    expect(titles("cbin")).toEqual(["Cut by its neighbours"]);
    expect(titles("filho")).toEqual(["Fill a hole", "Fill all holes"]);
  });

  test("come in the order of how well they fit", () => {
    expect(titles("kern")).toEqual(["Kern", "Label: Zellkern"]);
    expect(titles("cut i")).toEqual(["Cut its neighbours", "Cut by its neighbours"]);
  });

  test("are found without accents, by other words, and with their group", () => {
    expect(titles("elan")).toEqual(["Élan"]);
    expect(titles("theme")).toEqual(["Use the dark colours"]);
    expect(titles("tools fill")).toEqual(["Fill a hole"]);
    expect(titles("tools")).toEqual([]);
  });

  test("that can do nothing come last, and say why", () => {
    const found = find([...COMMANDS, named("Unmerge")], "merge");

    expect(found.map(({ command, why }) => [command.title, why])).toEqual([
      ["Unmerge", null],
      ["Merge the selected masks", "Select several masks first."],
    ]);
  });

  test("are not found by what they are not called", () => {
    expect(titles("xyz")).toEqual([]);
  });
});
