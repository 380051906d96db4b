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

/** Whether there is something to say: not of a series that has no point there. */
const isSpoken = ({ name, payload }: NonNullable<Hovered["payload"]>[number]) =>
  name !== undefined && payload?.words[name] !== undefined;

/** A chart's `tooltipProps`: figures in words, with their intervals and what they are of. */
export function pointTooltip(series: readonly Pick<ChartSeries, "name" | "label" | "color">[]) {
  return {
    content: ({ label, payload = [] }: Hovered) => (
      <ChartTooltip
        label={label}
        series={[...series]}
        payload={payload
          .filter(isSpoken)
          .map((item) => ({ ...item, payload: item.payload?.words }))}
      />
    ),
  };
}
