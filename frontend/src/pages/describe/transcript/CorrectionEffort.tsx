import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { correctionQuery } from "@/api/descriptions";
import type { Transcript } from "@/api/types";
import { formatDuration, formatPercent, plural } from "@/components/format";

const NO_BREAK = "\u00a0"; // a number stays with its unit

/** Who corrected a take, and what it took against what was heard. */
export function CorrectionEffort({
  recording,
  transcript,
}: {
  recording: string;
  transcript: Transcript;
}) {
  const { data: effort } = useQuery(correctionQuery(recording, transcript.id));
  const { edits, word_error } = effort ?? {};
  const words = edits ? `${plural(edits, "word")} corrected` : "No word corrected";
  return (
    <Text
      size="xs"
      c="dimmed"
      title={word_error == null ? undefined : `Word error ${formatPercent(word_error)}`}
    >
      {edits == null ? "Corrected" : words} by {transcript.author ?? "someone"}
      {effort && ` in ${formatDuration(effort.seconds).replaceAll(" ", NO_BREAK)}`}
    </Text>
  );
}
