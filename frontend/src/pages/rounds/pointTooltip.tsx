import { type ChartSeries, ChartTooltip } from "@mantine/charts";
import type { ReactNode } from "react";

/** A point of a chart, with what is said of it: by the series' name. */
export interface Spoken {
  words: Record<string, string>;
}

interface Hovered {
  label?: ReactNode;
  payload?: readonly { name?: string | number | undefined; payload?: Spoken }[];
}

/** A chart's `tooltipProps`: figures in words, with their intervals and what they are of. */
export function pointTooltip(series: readonly Pick<ChartSeries, "name" | "label" | "color">[]) {
  return {
    content: ({ label, payload = [] }: Hovered) => (
      <ChartTooltip
        label={label}
        series={[...series]}
        payload={payload.map((item) => ({ ...item, payload: item.payload?.words ?? {} }))}
      />
    ),
  };
}
