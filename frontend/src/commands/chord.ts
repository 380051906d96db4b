/** Key presses in words: "D", "Shift+I", "Ctrl+Z", "ArrowLeft", ".". Ctrl stands for Command too. */

export type Chord = string;

/** What a chord is read from; a KeyboardEvent is one. */
export type KeyPress = Pick<
  KeyboardEvent,
  "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey"
> & { getModifierState?(key: string): boolean };

const NO_KEYS = ["Shift", "Control", "Alt", "Meta", "AltGraph", "CapsLock", "Dead", "Process"];
const MODIFIERS = ["Ctrl", "Alt", "Shift"] as const;

/** The chord of a key press; null for a modifier alone. */
export function chordOf(event: KeyPress): Chord | null {
  const { key } = event;
  if (NO_KEYS.includes(key) || key === "" || key === "Unidentified") return null;
  if (event.getModifierState?.("AltGraph") && isCharacter(key)) return key; // it only types the key
  const base = baseOf(event);
  // Some keyboards need Shift for a full stop, and all for a question mark.
  const isShifted = event.shiftKey && (!isCharacter(base) || /[\p{L}\d]/u.test(base));
  const held = { Ctrl: event.ctrlKey || event.metaKey, Alt: event.altKey, Shift: isShifted };
  return [...MODIFIERS.filter((name) => held[name]), base].join("+");
}

/** A letter in capitals whatever the alphabet, a digit wherever it is, or the key's own name. */
function baseOf({ key, code }: KeyPress): string {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(code)?.[1];
  if (digit !== undefined) return digit;
  if (key === " ") return "Space";
  if (!isCharacter(key)) return key;
  const latin = /^[a-z]$/i.test(key) ? undefined : /^Key([A-Z])$/.exec(code)?.[1];
  return latin ?? key.toUpperCase();
}

const isCharacter = (key: string): boolean => [...key].length === 1;

/** The keys of a chord, one after another. */
export function keysOf(chord: Chord): string[] {
  const keys: string[] = [];
  let rest = chord;
  for (const name of MODIFIERS) {
    if (rest.length <= name.length + 1 || !rest.startsWith(`${name}+`)) continue;
    keys.push(name);
    rest = rest.slice(name.length + 1);
  }
  return [...keys, rest];
}

const SHOWN: Record<string, string> = {
  ...{ ArrowLeft: "←", ArrowRight: "→", ArrowUp: "↑", ArrowDown: "↓" },
  ...{ Escape: "Esc", "-": "−" },
};

/** A chord as a keyboard's labels have it. */
export function labelsOf(chord: Chord, isMac = false): string[] {
  return keysOf(chord).map((key) => (isMac && key === "Ctrl" ? "⌘" : (SHOWN[key] ?? key)));
}

/** A chord for `aria-keyshortcuts`. */
export function ariaKeys(chord: Chord): string {
  return keysOf(chord).join("+").replace("Ctrl", "Control");
}

/** Whether the browser moves the focus by it: then it means a command on the image alone. */
export function movesFocus(chord: Chord): boolean {
  return /(?:^|\+)(?:Tab|Arrow\w+)$/.test(chord);
}

/** Why no command may have a chord; null when one may. */
export function refusalOf(chord: Chord): string | null {
  const keys = keysOf(chord);
  const last = keys.at(-1) ?? "";
  const isCommand = keys.includes("Ctrl");
  if (/^\d$/.test(last) && !isCommand) return "Digits are for labels.";
  if (/^(?:Escape|Enter|Space|Arrow\w+)$/.test(last)) return "It always means the same.";
  if (/^F\d+$/.test(last) || (isCommand && /^[LNQRTW\d]$/.test(last))) {
    return "The browser keeps it for itself.";
  }
  return null;
}

/** Whether a text is a chord as `chordOf` writes it. */
export function isChord(text: unknown): text is Chord {
  if (typeof text !== "string") return false;
  const keys = keysOf(text);
  const last = keys.at(-1) ?? "";
  return (
    last !== "" && last === last.trim() && (isCharacter(last) || /^[A-Z][A-Za-z]+$/.test(last))
  );
}
