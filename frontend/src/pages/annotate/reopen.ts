/** Whether a finished image may be opened again here. */

import type { Role } from "@/api/types";
import type { ImageDetail } from "./api";

/** Null where it may. A claim on a finished image is given to nobody but who annotated it. */
export function whyNotReopen(
  status: ImageDetail["status"],
  role: Role,
  isHeld: boolean,
): string | null {
  if (status === "reviewed") return "A reviewer has approved it.";
  if (status !== "done") return "The image is not done yet.";
  if (role !== "annotator" || isHeld) return null;
  return "Who annotated it may open it again, or a reviewer.";
}
