/** The colours of the pages as Mantine asks for them: one of the choices of the display. */

import type { MantineColorSchemeManager } from "@mantine/core";
import { display, type Scheme } from "@/components/display";

let stop: () => void = () => undefined;

function setScheme(scheme: Scheme): void {
  // Mantine sets what it is told of once more.
  if (scheme !== display.get().scheme) display.set({ ...display.get(), scheme });
}

export const schemeManager: MantineColorSchemeManager = {
  get: () => display.get().scheme,
  set: setScheme,
  subscribe: (onUpdate) => {
    stop = display.subscribe(() => onUpdate(display.get().scheme));
  },
  unsubscribe: () => stop(),
  clear: () => setScheme("auto"),
};
