import { useLayoutEffect } from "react";
import type { Editor } from "@/editor/editor";
import { keepSwitch } from "@/editor/kept";

/** Proposals that were hidden stay so on the next images, in this tab: elsewhere they would be missed. */
export function useKeptProposals({ showsProposals }: Editor): void {
  useLayoutEffect(
    () => keepSwitch(showsProposals, "anneal-proposals-shown", sessionStorage),
    [showsProposals],
  );
}
