import { Text, Title } from "@mantine/core";
import type { Round } from "@/api/types";
import { ComparisonTable } from "../ComparisonTable";
import { captionRows, comparedOn } from "./captionWords";

/** The candidate's descriptions against those of the bundle that served; nothing without any. */
export function CaptionTable({ metrics }: { metrics: Round["metrics"] }) {
  const { serving, candidate } = metrics.captions ?? {};
  if (!metrics.captions || !candidate) return null;
  return (
    <section aria-label="Descriptions on the holdout">
      <Title order={3} mb={2}>
        Descriptions
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {comparedOn(candidate, serving)}
      </Text>
      <ComparisonTable
        label="Figures of descriptions"
        before={serving?.by === "neighbours" ? "Images alike" : "Serving"}
        after="Candidate"
        rows={captionRows(metrics.captions)}
      />
    </section>
  );
}
