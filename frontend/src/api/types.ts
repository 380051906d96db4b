/** What the API answers, by the words of the product. */

export interface Page<T> {
  results: T[];
  next: string | null;
}

export interface Session {
  user: { id: number; username: string } | null;
  events_url: string;
}

export type Role = "manager" | "reviewer" | "annotator";

export interface Label {
  id: number;
  name: string;
  color: string;
  deleted: boolean;
}

export interface ProjectCard {
  id: number;
  name: string;
  description: string;
  role: Role;
  images: number;
  done: number;
  thumb_urls: string[];
}

export interface Counts {
  images: number;
  todo: number;
  done: number;
  returned: number;
  reviewed: number;
  holdout: number;
  embedded: number;
  proposals_pending: number;
  masks: number;
  recordings: number;
}

export interface Serving {
  bundle: string;
  round: number | null;
}

export interface Project {
  id: number;
  name: string;
  description: string;
  role: Role;
  overlap: number;
  holdout_share: number;
  retrain_after_images: number | null;
  retrain_every_hours: number | null;
  labels: Label[];
  counts: Counts;
  serving: Serving | null;
  finished_since_round: number;
  deleted_at: string | null;
}

export interface Member {
  user: number;
  username: string;
  role: Role;
}

export type JobState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

export interface Job {
  id: number;
  kind: string;
  state: JobState;
  progress_done: number;
  progress_total: number;
  message: string;
  error: string;
  stalled: boolean;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
}

export type UploadState =
  | "pending"
  | "checking"
  | "accepted"
  | "normalised"
  | "duplicate"
  | "refused";

export interface UploadRow {
  id: string;
  file_name: string;
  state: UploadState;
  message: string;
  image: number | null;
}

export interface UploadPart {
  number: number;
  url: string;
  from_byte: number;
  to_byte: number;
}

export interface UploadPlan {
  id: string;
  state: UploadState;
  parts: UploadPart[];
}

export type ImageStatus = "todo" | "done" | "returned" | "reviewed";

export interface ImageRow {
  id: number;
  file_name: string;
  width: number;
  height: number;
  thumb_url: string;
  status: ImageStatus;
  version: number;
  masks: number;
  proposals: number;
  is_holdout: boolean;
  assignee: string | null;
}

export interface ImageDetail {
  id: number;
  project: number;
  file_name: string;
  width: number;
  height: number;
  version: number;
  status: ImageStatus;
  review_comment: string;
  is_holdout: boolean;
  display_url: string;
}

export interface Word {
  text: string;
  start_s: number;
  end_s: number;
  probability: number;
}

export interface Transcript {
  id: string;
  kind: "raw" | "corrected";
  text: string;
  words: Word[];
  author: string | null;
  created_at: string;
}

export interface Recording {
  id: string;
  user: string;
  state: "uploading" | "transcribing" | "transcribed" | "failed";
  error: string;
  duration_s: number;
  audio_url: string | null;
  created_at: string;
  transcripts: Transcript[];
}

export interface Caption {
  id: string;
  text: string;
  author: string | null;
  recording: string | null;
  created_at: string;
}

export interface Descriptions {
  recordings: Recording[];
  captions: Caption[];
}

export interface Consent {
  given_at: string | null;
  withdrawn_at: string | null;
}

export interface Effort {
  masks: number;
  seconds_per_mask: number | null;
  clicks_per_mask: number | null;
  accepted_untouched_share: number | null;
}

export type RoundState =
  | "training"
  | "evaluating"
  | "promoted"
  | "refused"
  | "failed"
  | "cancelled";

export interface CurvePoint {
  step: number;
  loss: number;
}

/** Click figures of one bundle on the blind holdout. */
export type HoldoutFigures = Record<string, unknown>;

export interface RoundMetrics {
  serving?: HoldoutFigures;
  candidate?: HoldoutFigures;
  difference?: unknown;
}

export interface Round {
  id: number;
  number: number;
  state: RoundState;
  trigger: string;
  dataset_version: string | null;
  base_bundle: string | null;
  bundle: string | null;
  metrics: RoundMetrics;
  decision: string;
  created_at: string;
  finished_at: string | null;
  created_by: string | null;
  effort: Effort;
  job: Job | null;
  curve?: CurvePoint[];
}

export interface Export {
  id: string;
  format: string;
  state: JobState;
  bytes: number;
  sha256: string;
  download_url: string | null;
  job: Job | number | null;
}

export interface Version {
  id: string;
  counts: Record<string, number>;
  note: string;
  created_at: string;
  created_by: string | null;
  rounds: number[];
  exports: Export[];
}

export interface Token {
  id: number;
  name: string;
  prefix: string;
  scope: "read" | "write";
  created_at: string;
  expires_at: string;
  last_used_at: string | null;
  token?: string;
}
