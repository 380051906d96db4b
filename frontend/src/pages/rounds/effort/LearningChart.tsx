import { LineChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import { LOOK } from "../chartLook";
import { pointTooltip } from "../pointTooltip";
import type { LearningPoint } from "./effortRows";

const SERIES = [
  { name: "with", label: "With proposals", color: "iris.5" },
  { name: "without", label: "Without proposals", color: "orange.6" },
];

/** What proposals save, apart from what else has changed from round to round. */
export function LearningChart({ points }: { points: LearningPoint[] }) {
  return (
    <>
      <Text size="sm" c="dimmed" mt="md" mb="xs">
        The gap is what proposals save. Where the line without them falls, people have learned, or
        clicks are answered better: in every arm that is done by the model that serves.
      </Text>
      <LineChart
        h={200}
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
    </>
  );
}
