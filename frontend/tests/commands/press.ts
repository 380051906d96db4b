/** A key press as the commands read it: there is no browser here. */
export function press(key: string, change: Partial<KeyboardEvent> = {}): KeyboardEvent {
  const code = /^[0-9]$/.test(key) ? `Digit${key}` : "";
  const none = { ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, target: null };
  const rest = { defaultPrevented: false, repeat: false, preventDefault: () => undefined };
  return { key, code, ...none, ...rest, ...change } as KeyboardEvent;
}
