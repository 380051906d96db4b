import { CompositeChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import type { ScoreBin } from "@/api/types";
import { formatPercent } from "@/components/format";
import { LOOK } from "../chartLook";
import { pointTooltip } from "../pointTooltip";
import { barsOf } from "./acceptWords";

const ROOM = { top: 20, left: 10, right: 5 }; // for the counts above the bars and the axis' name

const SERIES = [
  { name: "accepted", label: "Accepted untouched", color: "iris.5", type: "bar" },
  { name: "score", label: "What the scores say", color: "orange.6", type: "line" },
] as const;

interface BarPlace {
  x?: number | string;
  y?: number | string;
  width?: number | string;
  index?: number;
}

/** How often people accepted proposals as they were, beside how often the scores said they would. */
export function ReliabilityPlot({ bins }: { bins: readonly ScoreBin[] }) {
  const data = barsOf(bins);
  const countAbove = ({ x, y, width, index = 0 }: BarPlace) => {
    const count = data[index]?.count ?? 0;
    if (count === 0) return <g />;
    return (
      <text
        x={Number(x) + Number(width) / 2}
        y={Number(y) - 6}
        textAnchor="middle"
        fontSize={11}
        fill="var(--mantine-color-dimmed)"
      >
        n {count}
      </text>
    );
  };
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        Scores can be relied on where the bars reach the line. Above each bar stands how many
        proposals people have decided on.
      </Text>
      <CompositeChart
        h={240}
        data={data}
        dataKey="scores"
        {...LOOK}
        xAxisLabel="Score"
        yAxisLabel="Accepted"
        yAxisProps={{ domain: [0, 1], tickFormatter: formatPercent }}
        maxBarWidth={44}
        series={[...SERIES]}
        tooltipProps={pointTooltip(SERIES)}
        composedChartProps={{ margin: ROOM }}
        barProps={{ isAnimationActive: false, radius: [4, 4, 0, 0], label: countAbove }}
        lineProps={{ isAnimationActive: false, connectNulls: true }}
      />
    </>
  );
}
