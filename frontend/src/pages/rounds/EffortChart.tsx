import { CompositeChart } from "@mantine/charts";
import { Text } from "@mantine/core";
import type { Round } from "@/api/types";
import { Section } from "@/components/Section";

interface Props {
  rounds: Round[];
}

/** The measure of the whole: what a finished mask costs people, round by round. */
export function EffortChart({ rounds }: Props) {
  const data = rounds
    .filter((round) => round.effort.masks > 0)
    .toReversed()
    .map(({ number, effort }) => ({
      round: number === 0 ? "Pretrained" : `Round ${number}`,
      seconds: effort.seconds_per_mask,
      clicks: effort.clicks_per_mask,
    }));

  return (
    <Section
      title="Effort per finished mask"
      description="Seconds and clicks that people spent while each round's proposals were corrected."
    >
      {data.length === 0 ? (
        <Text size="sm" c="dimmed">
          The curve begins with the first finished image that had proposals.
        </Text>
      ) : (
        <CompositeChart
          h={220}
          data={data}
          dataKey="round"
          withLegend
          legendProps={{ verticalAlign: "bottom" }}
          withRightYAxis
          yAxisLabel="Seconds"
          rightYAxisLabel="Clicks"
          tickLine="none"
          yAxisProps={{ tickFormatter: String }}
          rightYAxisProps={{ tickFormatter: String }}
          maxBarWidth={44}
          series={[
            { name: "seconds", label: "Seconds per mask", color: "iris.5", type: "bar" },
            {
              name: "clicks",
              label: "Clicks per mask",
              color: "orange.6",
              type: "line",
              yAxisId: "right",
            },
          ]}
          valueFormatter={(value) => value.toFixed(1)}
          barProps={{ isAnimationActive: false, radius: [4, 4, 0, 0] }}
          lineProps={{ isAnimationActive: false }}
        />
      )}
    </Section>
  );
}
