/** What the person has chosen, kept in this browser and with their account. */

import { schedule } from "@/editor/schedule";
import { Choices } from "@/offline/choices";
import { client, read } from "./client";
import { UnreachableError } from "./problem";

export const choices = new Choices({
  storage: () => localStorage,
  // Also sent while the page is being left. Without a network they wait, and nothing is tried.
  save: async (body) => {
    if (!navigator.onLine) throw new UnreachableError();
    return read(client.PATCH("/api/session/preferences", { body, keepalive: true }));
  },
  tell: (key, newValue) => dispatchEvent(new StorageEvent("storage", { key, newValue })),
  schedule,
});

/** Send what waits before another browser, or nobody, looks: once the page is out of sight. */
export function sendChoicesWhenLeft(): void {
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void choices.send();
  });
}
