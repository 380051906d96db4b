/** What keys do with the transcript in hand and with its sound. */

import type { Command } from "@/commands/command";
import type { Correction } from "@/recorder/correction";
import type { AudioControls } from "../useAudio";

export const BACK_S = 2;

export interface TranscriptDesk {
  readonly correction: Correction;
  readonly controls: AudioControls;
  readonly hasVoice: boolean;
  readonly isEditing: boolean;
  /** Opens the text for correction. */
  edit(): void;
  editWhole(): void;
  save(): void;
}

const [HEAR, TEXT] = ["Sound", "Transcript"];

export const PLAY = { id: "transcript.play", title: "Play or pause", key: "P" };
export const BACK = { id: "transcript.back", title: `Back ${BACK_S} seconds`, key: "B" };
export const UNSURE = { id: "transcript.next-unsure", title: "Next unsure word", key: "U" };
export const WRITE = { id: "transcript.write", title: "Write over the word", key: "Enter" };
export const ADD = { id: "transcript.add", title: "Add a word after it", key: "A" };
export const REMOVE = { id: "transcript.remove", title: "Remove the word", key: "Delete" };

export function transcriptCommands(desk: TranscriptDesk): Command[] {
  return [...soundCommands(desk), ...wayCommands(desk), ...editCommands(desk)];
}

function soundCommands({ correction, controls, hasVoice }: TranscriptDesk): Command[] {
  const commands = [
    { ...PLAY, what: "Play or pause (on a word, Space does it, too)", run: controls.toggle },
    { ...BACK, words: "rewind repeat", run: () => controls.skip(-BACK_S) },
    {
      ...{ id: "transcript.hear", title: "Hear the word", key: "H", words: "listen" },
      run: () => {
        const { word } = correction;
        if (word) controls.hear(word.start_s, word.end_s);
      },
    },
    {
      ...{ id: "transcript.faster", title: "Faster", key: ">", words: "speed rate" },
      run: () => controls.changeRate(1),
    },
    {
      ...{ id: "transcript.slower", title: "Slower", key: "<", words: "speed rate" },
      run: () => controls.changeRate(-1),
    },
  ];
  const why = () => (hasVoice ? null : "The voice was deleted.");
  return commands.map((command) => ({ ...command, group: HEAR, why }));
}

function wayCommands({ correction }: TranscriptDesk): Command[] {
  const whyNone = () => (correction.hasUnsure ? null : "No word is unsure.");
  const commands: Omit<Command, "group">[] = [
    {
      ...{ id: "transcript.next", title: "Next word", key: "ArrowRight", isFixed: true },
      run: () => correction.goBy(1),
    },
    {
      ...{ id: "transcript.previous", title: "Previous word", key: "ArrowLeft", isFixed: true },
      run: () => correction.goBy(-1),
    },
    { ...UNSURE, why: whyNone, run: () => correction.goToUnsure(1) },
    {
      ...{ id: "transcript.previous-unsure", title: "Previous unsure word", key: "Shift+U" },
      ...{ why: whyNone, run: () => correction.goToUnsure(-1) },
    },
  ];
  return commands.map((command) => ({ ...command, group: TEXT }));
}

function editCommands(desk: TranscriptDesk): Command[] {
  const { correction, isEditing } = desk;
  const commands: Omit<Command, "group">[] = [
    { ...WRITE, isFixed: true, run: () => correction.write("replace") },
    { ...ADD, also: ["Insert"], run: () => correction.write("insert") },
    { ...REMOVE, also: ["Backspace"], run: () => correction.remove() },
    {
      ...{ id: "transcript.join", title: "Join the word with the next", key: "J" },
      run: () => correction.join(),
    },
    {
      ...{
        id: "transcript.whole",
        title: "Write the text as a whole",
        key: "T",
        words: "edit all",
      },
      run: desk.editWhole,
    },
    {
      ...{ id: "transcript.undo", title: "Undo the last correction", key: "Ctrl+Z" },
      run: () => correction.undo(),
    },
    {
      ...{ id: "transcript.redo", title: "Redo the correction", key: "Ctrl+Shift+Z" },
      ...{ also: ["Ctrl+Y"], run: () => correction.redo() },
    },
    {
      ...{ id: "transcript.save", title: "Save the corrected text", key: "Ctrl+S" },
      run: desk.save,
    },
  ];
  const why = () => (isEditing ? null : "Open the text first: Correct the text.");
  return [
    ...commands.map((command) => ({ ...command, group: TEXT, isOnce: true, why })),
    {
      ...{ id: "transcript.edit", title: "Correct the text", key: "E", group: TEXT, isOnce: true },
      why: () => (isEditing ? "The text is open." : null),
      run: desk.edit,
    },
  ];
}
