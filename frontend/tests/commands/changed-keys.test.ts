import { beforeEach, describe, expect, test } from "vitest";
import {
  changedKeys,
  changeKey,
  conflictOf,
  followOtherTabs,
  formatKeys,
  keepKeysIn,
  parseKeys,
  resetKey,
} from "@/commands/changed-keys";
import { assignKeys, type Command, commandFor } from "@/commands/command";

const named = (id: string, key: string, more: Partial<Command> = {}): Command => ({
  ...{ id, title: id, group: "Tools", key, run: () => undefined },
  ...more,
});

const BRUSH = named("brush", "D");
const ERASER = named("eraser", "E");
const ACCEPT = named("accept", "A", { also: ["Enter", "="] });
const LABEL = named("label", "Ctrl+K", { isFixed: true });
const COMMANDS = [BRUSH, ERASER, ACCEPT, LABEL];
const NONE: ReadonlyMap<string, string> = new Map();

const ownKeys = (changed: ReadonlyMap<string, string>) =>
  COMMANDS.map(({ id }) => assignKeys(COMMANDS, changed).get(id)?.own);

beforeEach(() => changedKeys.set(new Map()));

describe("a changed key", () => {
  test("takes the place of the default", () => {
    const changed = changeKey(COMMANDS, NONE, "brush", "Shift+B");

    expect(ownKeys(changed)).toEqual(["Shift+B", "E", "A", "Ctrl+K"]);
    expect(commandFor(COMMANDS, changed, "Shift+B")).toBe(BRUSH);
    expect(commandFor(COMMANDS, changed, "D")).toBeNull();
  });

  test("is swapped with the command that had it, and back again", () => {
    const changed = changeKey(COMMANDS, NONE, "brush", "E");
    expect(ownKeys(changed).slice(0, 2)).toEqual(["E", "D"]);

    expect(resetKey(COMMANDS, changed, "brush")).toEqual(NONE);
  });

  test("goes around in a ring and is reset to the defaults", () => {
    const once = changeKey(COMMANDS, NONE, "brush", "E");
    const twice = changeKey(COMMANDS, once, "accept", "E");
    expect(ownKeys(twice).slice(0, 3)).toEqual(["A", "D", "E"]);

    const back = ["brush", "eraser", "accept"].reduce(
      (changed, id) => resetKey(COMMANDS, changed, id),
      twice,
    );
    expect(back).toEqual(NONE);
  });

  test("takes precedence over a default that a later release brings", () => {
    const newer = named("newer", "Shift+B");
    const changed = new Map([["brush", "Shift+B"]]);

    expect(commandFor([newer, ...COMMANDS], changed, "Shift+B")).toBe(BRUSH);
  });

  test("leaves fixed keys where they are", () => {
    expect(ownKeys(new Map([["label", "L"]]))[3]).toBe("Ctrl+K");
  });
});

describe("a conflict", () => {
  test("names the command that has the key", () => {
    const found = conflictOf(COMMANDS, NONE, "brush", "E");
    expect(found).toEqual({ kind: "taken", by: ERASER });
  });

  test("with a fixed or a further key leaves no choice", () => {
    expect(conflictOf(COMMANDS, NONE, "brush", "Ctrl+K")).toEqual({ kind: "fixed", by: LABEL });
    expect(conflictOf(COMMANDS, NONE, "brush", "=")).toEqual({ kind: "fixed", by: ACCEPT });
  });

  test("is there with digits and the browser's own keys", () => {
    expect(conflictOf(COMMANDS, NONE, "brush", "3")?.kind).toBe("refused");
    expect(conflictOf(COMMANDS, NONE, "brush", "Ctrl+W")?.kind).toBe("refused");
  });

  test("is not there with a free key, nor with the command's own", () => {
    expect(conflictOf(COMMANDS, NONE, "brush", "Q")).toBeNull();
    expect(conflictOf(COMMANDS, NONE, "brush", "D")).toBeNull();
  });
});

describe("kept keys", () => {
  test("come back as they were", () => {
    const changed = new Map([["brush", "Shift+B"]]);
    expect(parseKeys(formatKeys(changed))).toEqual(changed);
  });

  test("that are broken, of another version or make no sense are the defaults", () => {
    const broken = [null, "", "{", "7", "null", "[]", '{"version":2,"keys":{"brush":"B"}}'];
    for (const text of [...broken, '{"version":1}', '{"version":1,"keys":null}']) {
      expect(parseKeys(text), String(text)).toEqual(NONE);
    }
    const some = { brush: "Shift+", eraser: 7, accept: "1", label: "Q" };
    expect(parseKeys(JSON.stringify({ version: 1, keys: some }))).toEqual(
      new Map([["label", "Q"]]),
    );
  });

  test("are written as they are changed, here and for other tabs", () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, text: string) => void kept.set(key, text),
    };
    const stop = keepKeysIn(storage);
    changedKeys.set(new Map([["brush", "Q"]]));
    stop();
    const [[key, newValue] = ["", ""]] = [...kept];

    changedKeys.set(new Map());
    followOtherTabs({ key: "something else", newValue });
    expect(changedKeys.get()).toEqual(NONE);
    followOtherTabs({ key, newValue });
    expect(changedKeys.get()).toEqual(new Map([["brush", "Q"]]));
  });
});
