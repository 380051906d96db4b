import { Stack } from "@mantine/core";
import type { Interval, Round } from "@/api/types";
import { alsoRows } from "./alsoRows";
import { ComparisonTable } from "./ComparisonTable";
import { changeOf, FIGURES, type FigureName, figureTitle, formatFigure } from "./figures";
import { labelRows } from "./labelRows";
import { sizeRows } from "./sizes";

interface Props {
  metrics: Round["metrics"];
  before: string; // whose figures are `serving`
  after: string; // whose are `candidate`
}

/** Two models' figures on the blind holdout, by size and by label where those are known. */
export function HoldoutFigures({ metrics, ...names }: Props) {
  const { serving, candidate, difference } = metrics;
  const intervals: Partial<Record<FigureName, Interval>> = {
    miou_1: difference,
    noc_85: difference?.clicks,
  };
  const sizes = sizeRows(metrics);
  const also = alsoRows(metrics);
  const labels = labelRows(metrics);
  if (!candidate) return null;
  return (
    <Stack gap="md">
      <ComparisonTable
        label="Holdout figures"
        {...names}
        rows={FIGURES.filter(({ name }) => name in candidate).map(({ name, title, ...words }) => ({
          ...words,
          title: figureTitle(name, title, metrics),
          serving: formatFigure(name, serving?.[name]),
          candidate: formatFigure(name, candidate[name]),
          change: changeOf(name, serving, candidate),
          interval: intervals[name],
        }))}
      />
      {sizes.length > 1 && (
        <ComparisonTable
          label="Holdout figures by size"
          of="IoU after 1 click"
          {...names}
          rows={sizes}
        />
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
