import { Group, Text, Title } from "@mantine/core";
import type { Round } from "@/api/types";
import { Source } from "@/components/Source";
import { ComparisonTable } from "../ComparisonTable";
import { captionRows, comparedOn, describerName } from "./captionWords";

interface Props {
  round: number;
  metrics: Round["metrics"];
}

/** The candidate's descriptions against those of the bundle that served; nothing without any. */
export function CaptionTable({ round, metrics }: Props) {
  const { serving, candidate } = metrics.captions ?? {};
  if (!metrics.captions || !candidate) return null;
  return (
    <section aria-label="Descriptions on the holdout">
      <Group gap={4} mb={2}>
        <Title order={3}>Descriptions</Title>
        <Source of="Descriptions" path="/api/rounds/{round_id}" id={round}>
          The described holdout images of the version that the round trained on. The 95 % interval
          is a paired bootstrap over images.
        </Source>
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {comparedOn(candidate, serving)}
      </Text>
      <ComparisonTable
        label="Figures of descriptions"
        before={describerName(serving, "Serving")}
        after="Candidate"
        rows={captionRows(metrics.captions)}
      />
    </section>
  );
}
