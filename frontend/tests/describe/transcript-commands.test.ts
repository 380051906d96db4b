import { expect, test, vi } from "vitest";
import { commandFor, whyNot } from "@/commands/command";
import { transcriptCommands } from "@/pages/describe/transcript/transcript-commands";
import { Correction } from "@/recorder/correction";
import { textOf } from "@/recorder/words";

const WORDS = ["A", "read", "bucket"].map((text, at) => ({
  ...{ text, start_s: at, end_s: at + 0.5 },
  probability: text === "read" ? 0.2 : 0.9,
}));

function deskOf(more = {}) {
  const controls = {
    ...{ toggle: vi.fn(), pause: vi.fn(), seek: vi.fn(), skip: vi.fn(), hear: vi.fn() },
    ...{ setRate: vi.fn(), changeRate: vi.fn() },
  };
  const desk = {
    ...{ correction: new Correction(WORDS), controls, hasVoice: true, isEditing: true },
    ...{ edit: vi.fn(), editWhole: vi.fn(), save: vi.fn(), ...more },
  };
  const commands = transcriptCommands(desk);
  const press = (...chords: string[]) => {
    for (const chord of chords) {
      const command = commandFor(commands, new Map(), chord);
      if (command !== null && whyNot(command) === null) command.run(chord);
    }
  };
  return { ...desk, commands, press };
}

test("the sound is played, gone back in, sped up and slowed down by keys", () => {
  const { controls, press } = deskOf();

  press("P", "B", ">", "<");

  expect(controls.toggle).toHaveBeenCalledOnce();
  expect(controls.skip).toHaveBeenCalledWith(-2);
  expect(controls.changeRate.mock.calls).toEqual([[1], [-1]]);
});

test("the next unsure word is heard and written over without the mouse", () => {
  const { correction, controls, press } = deskOf();

  press("U", "H", "Enter");
  correction.finish("red");

  expect(controls.hear).toHaveBeenCalledWith(1, 1.5);
  expect(textOf(correction.words.get())).toBe("A red bucket");
  press("Ctrl+Z");
  expect(textOf(correction.words.get())).toBe("A read bucket");
});

test("a text that is not open is not changed by a key", () => {
  const { correction, press, edit } = deskOf({ isEditing: false });

  press("Delete", "J", "E");

  expect(correction.words.get()).toBe(WORDS);
  expect(edit).toHaveBeenCalledOnce();
});

test("without the voice the keys of the sound say why they do nothing", () => {
  const { commands, controls, press } = deskOf({ hasVoice: false });

  press("P");

  expect(controls.toggle).not.toHaveBeenCalled();
  const play = commands.find(({ id }) => id === "transcript.play");
  expect(play && whyNot(play)).toBe("The voice was deleted.");
});

test("no two of its commands have one key or one name", () => {
  const { commands } = deskOf();
  const keys = commands.flatMap(({ key, also }) => [key, ...(also ?? [])]);

  expect(new Set(keys).size).toBe(keys.length);
  expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
});
