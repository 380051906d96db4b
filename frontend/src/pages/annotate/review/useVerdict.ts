import { useEffect, useMemo, useState } from "react";
import type { Project } from "@/api/types";
import { tellOnce } from "@/components/tellOnce";
import { useSignal } from "@/components/useSignal";
import type { Verdict as Word } from "../api";
import type { OpenImage } from "../open-image";
import type { VerdictCommands } from "./review-commands";

export interface Verdict extends VerdictCommands {
  /** Whether its message is being written. */
  readonly isReturning: boolean;
  setReturning(isReturning: boolean): void;
  sendBack(comment: string): void;
  /** Whether the image went back to its annotator, and might be taken back. */
  readonly isReturned: boolean;
  takeBack(): void;
}

interface Ways {
  give(verdict: Word, comment: string): void;
  takeBack(image: OpenImage): Promise<void>;
}

/** What a reviewer may say of the image as a whole, and the message of a return. */
export function useVerdict({ role }: Project, image: OpenImage, { give, takeBack }: Ways): Verdict {
  const { status } = useSignal(image.detail);
  const [isReturning, setReturning] = useState(false);
  const why = whyNoVerdict(role, status);
  useEffect(() => {
    if (why !== null) setReturning(false); // it has gone back
  }, [why]);
  return useMemo(
    () => ({
      ...{ isReturning, setReturning, whyNoReturn: why },
      whyNoApproval: why ?? (status === "reviewed" ? "It is approved already." : null),
      approve: () => give("reviewed", ""),
      askWhy: () => setReturning(true),
      sendBack: (comment) => give("returned", comment),
      isReturned: role !== "annotator" && status === "returned",
      takeBack: () => void takeBack(image).catch(tellOnce),
    }),
    [why, status, isReturning, role, image, give, takeBack],
  );
}

function whyNoVerdict(role: Project["role"], status: string): string | null {
  if (role === "annotator") return "Reviewers and managers give verdicts.";
  const isFinished = status === "done" || status === "reviewed";
  return isFinished ? null : "A verdict is given once the image is finished.";
}
