import { useEffect } from "react";
import { choices } from "@/api/preferences";
import { followOtherTabs, keepKeysIn } from "./changed-keys";
import { KeysDialog } from "./KeysDialog";
import { onKeyDown } from "./listener";
import { Palette } from "./Palette";

/** The one listener for keys, the palette and the list of keys: on every page behind the login. */
export function Commands() {
  useEffect(() => {
    // In the capture phase: an open tooltip keeps Escape to itself.
    addEventListener("keydown", onKeyDown, { capture: true });
    return () => removeEventListener("keydown", onKeyDown, { capture: true });
  }, []);

  useEffect(() => {
    const stop = keepKeysIn(choices);
    addEventListener("storage", followOtherTabs);
    return () => {
      stop();
      removeEventListener("storage", followOtherTabs);
    };
  }, []);

  return (
    <>
      <Palette />
      <KeysDialog />
    </>
  );
}
