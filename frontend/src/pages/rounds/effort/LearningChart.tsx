import { LineChart } from "@mantine/charts";
import { LOOK } from "../chartLook";
import { pointTooltip } from "../pointTooltip";
import type { LearningPoint } from "./effortRows";

const SERIES = [
  { name: "with", label: "With proposals", color: "iris.5" },
  { name: "without", label: "Without proposals", color: "orange.6" },
];

/** Where the line without proposals falls, people have learned; the gap is the model's doing. */
export function LearningChart({ points }: { points: LearningPoint[] }) {
  return (
    <LineChart
      h={200}
      mt="md"
      data={points}
      dataKey="round"
      {...LOOK}
      yAxisLabel="Seconds per mask"
      curveType="linear"
      series={SERIES}
      tooltipProps={pointTooltip(SERIES)}
      lineChartProps={{ margin: { top: 10, left: 10, right: 20 } }}
      lineProps={{ isAnimationActive: false }}
    />
  );
}
