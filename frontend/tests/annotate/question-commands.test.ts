import { expect, test, vi } from "vitest";
import type { Phrase } from "@/api/grounding";
import { whyNot } from "@/commands/command";
import { type Asking, questionCommands } from "@/pages/annotate/unmasked/question-commands";
import type { Questions } from "@/pages/annotate/unmasked/useQuestions";

const BUCKET = { id: 3, text: "a red bucket" } as Phrase;

function asking(change: Partial<Asking> = {}, current: Phrase | null = BUCKET) {
  const answers = { draw: vi.fn(), link: vi.fn(), dismiss: vi.fn() };
  const questions = { current, ...answers } as unknown as Questions;
  const commands = questionCommands({
    ...{ questions: () => questions, isFrozen: () => false, hasSelectedMask: () => true },
    ...change,
  });
  return { answers, commands, reasons: commands.map(whyNot) };
}

test("a question is answered by one key each: draw it, it is this mask, not there", () => {
  const { answers, commands } = asking();

  for (const command of commands) command.run();

  expect(commands.map(({ key }) => key)).toEqual(["Shift+S", "Shift+V", "Shift+X"]);
  for (const answer of Object.values(answers)) expect(answer).toHaveBeenCalledOnce();
});

test("what cannot be answered says why", () => {
  const none = "Everything that was named has a mask.";

  expect(asking({}, null).reasons).toEqual([none, none, none]);
  expect(asking({ isFrozen: () => true }).reasons).not.toContain(null);
  expect(asking({ hasSelectedMask: () => false }).reasons).toEqual([
    null,
    "Select the mask first.",
    null,
  ]);
});
