import type { OwnVoices } from "@/api/types";
import { isDeleting } from "@/api/voices";
import { formatCount, plural } from "@/components/format";

type VoiceCounts = Omit<OwnVoices, "places">;

/** What is kept of a person's voice, in words. */
export function voiceWords(voices: VoiceCounts): string {
  const { takes, with_voice, job } = voices;
  if (job && isDeleting(voices)) return deletionWords(job.progress_done, job.progress_total);
  if (job?.state === "failed") return "Some audio could not be deleted yet. Try again.";
  if (takes === 0) return "You have recorded nothing yet.";
  if (with_voice === 0) return "None of your voice is kept; the texts are.";
  return `Your voice is kept in ${plural(with_voice, "take")}.`;
}

/** False where there is nothing to delete, or it is being deleted. */
export function canDeleteVoices(voices: VoiceCounts): boolean {
  if (isDeleting(voices)) return false;
  return voices.with_voice > 0 || voices.job?.state === "failed";
}

function deletionWords(done: number, total: number): string {
  if (total === 0) return "Nobody can hear your takes any more. Their audio is being deleted.";
  return `Deleting audio: ${formatCount(done)} of ${plural(total, "take")}.`;
}
