/** Which window of commands is open. */

import { Signal } from "@/editor/signal";

export const openWindow = new Signal<"palette" | "keys" | null>(null);

export const PALETTE = { id: "palette", title: "Find a command", key: "Ctrl+K", isFixed: true };

/** Open the palette, or close it. It keeps out of the way of other dialogs. */
export function togglePalette(): void {
  if (openWindow.get() === "palette") openWindow.set(null);
  else if (document.querySelector("[role=dialog]") === null) openWindow.set("palette");
}

export function showKeys(): void {
  openWindow.set("keys");
}

export function closeWindow(): void {
  openWindow.set(null);
}
