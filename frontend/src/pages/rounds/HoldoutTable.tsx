import { Box, Text, Title } from "@mantine/core";
import type { Interval, Round } from "@/api/types";
import { plural } from "@/components/format";
import { ComparisonTable } from "./ComparisonTable";
import { changeOf, FIGURES, type FigureName, formatFigure } from "./figures";
import { labelRows } from "./labelRows";
import { sizeRows } from "./sizes";

interface Props {
  metrics: Round["metrics"];
  isLive: boolean;
}

/** The candidate against the bundle that served, on images that neither was trained on. */
export function HoldoutTable({ metrics, isLive }: Props) {
  const { serving, candidate, difference } = metrics;
  const intervals: Partial<Record<FigureName, Interval>> = {
    miou_1: difference,
    noc_85: difference?.clicks,
  };
  const sizes = sizeRows(metrics);
  const labels = labelRows(metrics);
  return (
    <section aria-label="Blind holdout">
      <Title order={3} mb={2}>
        Blind holdout
      </Title>
      {candidate ? (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {plural(candidate.objects, "object")} on images that no model was trained on.
          </Text>
          <ComparisonTable
            label="Holdout figures"
            before="Serving"
            rows={FIGURES.filter(({ name }) => name in candidate).map(({ name, ...words }) => ({
              ...words,
              serving: formatFigure(name, serving?.[name]),
              candidate: formatFigure(name, candidate[name]),
              change: changeOf(name, serving, candidate),
              interval: intervals[name],
            }))}
          />
          {sizes.length > 1 && (
            <Box mt="md">
              <ComparisonTable
                label="Holdout figures by size"
                of="IoU after 1 click"
                before="Serving"
                rows={sizes}
              />
            </Box>
          )}
          {labels.length > 0 && (
            <Box mt="md">
              <ComparisonTable
                label="Labels on the holdout"
                of="Labels"
                before="Serving"
                rows={labels}
              />
            </Box>
          )}
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {isLive
            ? "Both models are compared here when the training is over."
            : "This round was not compared with the serving model."}
        </Text>
      )}
    </section>
  );
}
