import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { correctionQuery } from "@/api/descriptions";
import type { Transcript } from "@/api/types";
import { formatDuration, formatPercent, plural } from "@/components/format";

/** Who corrected a take, and what it took against what was heard. */
export function CorrectionEffort({
  recording,
  transcript,
}: {
  recording: string;
  transcript: Transcript;
}) {
  const { data: effort } = useQuery(correctionQuery(recording, transcript.id));
  const facts = [`Corrected by ${transcript.author ?? "someone"}`];
  if (effort?.edits != null)
    facts.push(effort.edits === 0 ? "no edit" : plural(effort.edits, "edit"));
  if (effort?.word_error != null) facts.push(`word error ${formatPercent(effort.word_error)}`);
  if (effort) facts.push(formatDuration(effort.seconds));
  return (
    <Text size="xs" c="dimmed">
      {facts.join(", ")}
    </Text>
  );
}
