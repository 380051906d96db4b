/** Which window of commands is open. */

import { Signal } from "@/editor/signal";

export const openWindow = new Signal<"palette" | "keys" | null>(null);

export const PALETTE = { id: "palette", title: "Find a command", key: "Ctrl+K", isFixed: true };

/** The command that begins the tour: the list of keys has a button for it. */
export const TOUR = "go.tour";

let focused: Element | null = null; // before the palette opened

/** Open the palette, or close it. It keeps out of the way of other dialogs. */
export function togglePalette(): void {
  if (openWindow.get() === "palette") closePalette();
  else if (!document.activeElement?.closest("[aria-modal=true]")) {
    focused = document.activeElement;
    openWindow.set("palette");
  }
}

/** Close it, and give the focus back at once: what is run next may open a dialog of its own. */
export function closePalette(): void {
  openWindow.set(null);
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
}

export function showKeys(): void {
  openWindow.set("keys");
}

export function closeKeys(): void {
  openWindow.set(null);
}
