import type { Job } from "@/api/types";

/** What a job looks like before it has done anything, but for what it is and its state. */
export const IDLE_JOB = {
  ...{ id: 1, progress_done: 0, progress_total: 0, message: "", error: "" },
  ...{ stalled: false, cancel_requested: false },
  ...{ created_at: "2026-01-01T00:00:00Z", started_at: null, finished_at: null },
} satisfies Partial<Job>;
