/**
 * The calls of the annotating page, answered by a test. Spied upon, not mocked: test files share their
 * modules, and those that were loaded for another file would go on calling what that one mocked.
 */

import { vi } from "vitest";
import { UnreachableError } from "@/api/problem";
import * as api from "@/pages/annotate/api";

/** Nothing can be reached until a test says otherwise; until `vi.restoreAllMocks`. */
export function fakeApi() {
  const gone = new UnreachableError();
  return {
    claimImage: vi.spyOn(api, "claimImage").mockRejectedValue(gone),
    fetchImage: vi.spyOn(api, "fetchImage").mockRejectedValue(gone),
    fetchUpcoming: vi.spyOn(api, "fetchUpcoming").mockRejectedValue(gone),
    saveMasks: vi.spyOn(api, "saveMasks").mockResolvedValue({ kind: "unreachable" }),
    finishAssignment: vi.spyOn(api, "finishAssignment").mockResolvedValue(undefined),
    releaseAssignment: vi.spyOn(api, "releaseAssignment").mockResolvedValue(undefined),
    reviewImage: vi.spyOn(api, "reviewImage").mockResolvedValue(undefined),
    takeBackVerdict: vi.spyOn(api, "takeBackVerdict").mockResolvedValue(undefined),
  };
}

export type FakeApi = ReturnType<typeof fakeApi>;
