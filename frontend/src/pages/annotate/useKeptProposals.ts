import { useLayoutEffect } from "react";
import type { Editor } from "@/editor/editor";
import { keepSwitch } from "@/editor/kept";

/** How a person wants the proposals, from image to image. */
export function useKeptProposals({ view }: Editor): void {
  useLayoutEffect(() => {
    const stops = [
      // In this tab alone: somewhere else those that are hidden would be missed.
      keepSwitch(view.showsProposals, "anneal-proposals-shown", sessionStorage),
      keepSwitch(view.foldsProposals, "anneal-proposals-folded", localStorage),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [view]);
}
