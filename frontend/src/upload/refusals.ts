/** What the server says of a file that it does not take, or has let go of. */

import { ProblemError } from "@/api/problem";

export function isRefusal(error: unknown): boolean {
  return error instanceof ProblemError && error.status >= 400 && error.status < 500;
}

/** By somebody else, in the moment in which it was begun or completed. */
export function isCancelled(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "upload_cancelled";
}

export function leftOut(): ProblemError {
  const detail = "It was left out meanwhile. Try again to send it anew.";
  return new ProblemError(404, { code: "upload_left_out", detail });
}

export function hasArrived(error: unknown): boolean {
  return error instanceof ProblemError && error.code === "upload_arrived";
}
