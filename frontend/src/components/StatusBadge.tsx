import { Badge } from "@mantine/core";
import type {
  DatasetImport,
  DeliveryState,
  ImageStatus,
  JobState,
  RoundState,
  UploadState,
} from "@/api/types";

type Status =
  | ImageStatus
  | JobState
  | RoundState
  | UploadState
  | DatasetImport["state"]
  | DeliveryState
  | "in part"
  | "stalled"
  | "stopped"
  | "uploading";

/** One colour and one word for each state, the same on every page. */
const LOOKS: Record<Status, { color: string; word: string }> = {
  todo: { color: "gray", word: "To do" },
  done: { color: "iris", word: "Done" },
  returned: { color: "orange", word: "Returned" },
  reviewed: { color: "teal", word: "Reviewed" },
  queued: { color: "gray", word: "Queued" },
  running: { color: "iris", word: "Running" },
  succeeded: { color: "teal", word: "Finished" },
  failed: { color: "red", word: "Failed" },
  cancelled: { color: "gray", word: "Cancelled" },
  stalled: { color: "orange", word: "Stalled" },
  pretrained: { color: "gray", word: "Pretrained" },
  training: { color: "iris", word: "Training" },
  evaluating: { color: "iris", word: "Evaluating" },
  promoted: { color: "teal", word: "Promoted" },
  refused: { color: "orange", word: "Refused" },
  pending: { color: "gray", word: "Waiting" },
  uploading: { color: "iris", word: "Uploading" },
  checking: { color: "iris", word: "Checking" },
  accepted: { color: "teal", word: "Accepted" },
  normalised: { color: "teal", word: "Normalised" },
  "in part": { color: "orange", word: "In part" },
  duplicate: { color: "gray", word: "Duplicate" },
  ready: { color: "iris", word: "Ready" },
  unreadable: { color: "orange", word: "Not readable" },
  importing: { color: "iris", word: "Importing" },
  imported: { color: "teal", word: "Imported" },
  undoing: { color: "iris", word: "Undoing" },
  undone: { color: "gray", word: "Undone" },
  discarded: { color: "gray", word: "Discarded" },
  waiting: { color: "gray", word: "Waiting" },
  delivered: { color: "teal", word: "Delivered" },
  stopped: { color: "orange", word: "Stopped" },
};

export function StatusBadge({ status, word }: { status: Status; word?: string }) {
  const look = LOOKS[status] ?? { color: "gray", word: status };
  return <Badge color={look.color}>{word ?? look.word}</Badge>;
}
