/** From a key press to the command that it means. */

import { changedKeys } from "./changed-keys";
import { chordOf, movesFocus } from "./chord";
import { commandFor } from "./command";
import { catchUp, commandsOf, offers, use } from "./on-offer";

export function onKeyDown(event: KeyboardEvent): void {
  const chord = event.defaultPrevented ? null : chordOf(event);
  if (chord === null) return;
  catchUp();
  const command = commandFor(commandsOf(offers.get()), changedKeys.get(), chord);
  if (command === null) return;
  if (!command.isEverywhere && isForOthers(event)) return;
  if (movesFocus(chord) && !isOnStage(event)) return;
  event.preventDefault();
  if (!(event.repeat && command.isOnce)) use(command, chord);
}

const TEXT = "textarea, select, [contenteditable], [role=dialog], [role=menu]";
// They take no text: once the mouse has chosen, letters and digits are commands again.
const CHOICE = "[type=radio], [type=checkbox], [type=range], [role=slider]";
const KEYS_OF_CHOICE = /^(Arrow.*|Home|End|Page.*)$/;

/** Whether a key press is text or belongs to a dialog, a menu, a slider or a button. */
export function isForOthers({ target, key }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest(TEXT)) return true;
  const isChoice = target.closest(CHOICE) !== null;
  if (isChoice ? KEYS_OF_CHOICE.test(key) : target.closest("input")) return true;
  if (!["Enter", "Tab", " "].includes(key)) return false;
  // On some buttons Space alone presses: Enter is a command there.
  if (key === "Enter" && target.closest("[data-enter=command]")) return false;
  return target.closest("button, a, [role=option], input") !== null;
}

function isOnStage({ target }: KeyboardEvent): boolean {
  return (
    target instanceof Element &&
    (target === document.body || target.closest("[data-stage]") !== null)
  );
}
