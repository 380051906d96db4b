import { Stack } from "@mantine/core";
import type { Round } from "@/api/types";
import { alsoRows } from "./alsoRows";
import { ComparisonTable, GroupedComparison } from "./ComparisonTable";
import { comparisonOf, FIGURES, figureTitle } from "./figures";
import { labelRows } from "./labelRows";
import { sizeGroups } from "./sizes";

interface Props {
  metrics: Round["metrics"];
  before: string; // whose figures are `serving`
  after: string; // whose are `candidate`
}

/** Two models' figures on the blind holdout, by size and by label where those are known. */
export function HoldoutFigures({ metrics, ...names }: Props) {
  const { serving, candidate, difference } = metrics;
  const sizes = sizeGroups(metrics);
  const also = alsoRows(metrics);
  const labels = labelRows(metrics);
  if (!candidate) return null;
  return (
    <Stack gap="md">
      <ComparisonTable
        label="Holdout figures"
        {...names}
        rows={FIGURES.filter(({ name }) => name in candidate).map((words) => ({
          ...comparisonOf(words, { serving, candidate, difference }),
          title: figureTitle(words.name, words.title, metrics),
        }))}
      />
      {sizes.length > 1 && (
        <GroupedComparison label="Holdout figures by size" of="By size" {...names} groups={sizes} />
      )}
      {also.length > 0 && (
        <ComparisonTable
          label="What it must not forget"
          of="Must not forget: IoU after 1 click"
          {...names}
          rows={also}
        />
      )}
      {labels.length > 0 && (
        <ComparisonTable label="Labels on the holdout" of="Labels" {...names} rows={labels} />
      )}
    </Stack>
  );
}
