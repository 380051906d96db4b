import { Text, Title } from "@mantine/core";
import type { Round } from "@/api/types";
import { ComparisonTable } from "../ComparisonTable";
import { CAPTION_FIGURES, comparedOn } from "./captionWords";

/** The candidate's descriptions against those of the bundle that served; nothing without any. */
export function CaptionTable({ metrics }: { metrics: Round["metrics"] }) {
  const { serving, candidate, difference } = metrics.captions ?? {};
  if (!candidate) return null;
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
        rows={CAPTION_FIGURES.map(({ name, ...words }) => ({
          ...words,
          serving: serving?.[name].toFixed(words.digits) ?? "—",
          candidate: candidate[name].toFixed(words.digits),
          change: serving ? candidate[name] - serving[name] : null,
          moreIsBetter: true,
          interval: name === "cider" ? difference : undefined,
        }))}
      />
    </section>
  );
}
