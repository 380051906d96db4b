import { LineChart } from "@mantine/charts";
import { Group, Skeleton, Text, Title } from "@mantine/core";
import type { CurvePoint } from "@/api/types";
import { formatCount } from "@/components/format";
import { Source } from "@/components/Source";

interface Props {
  round: number;
  title: string;
  /** Undefined while it is being loaded. */
  curve: CurvePoint[] | undefined;
  isLive: boolean;
}

export function LossCurve({ round, title, curve, isLive }: Props) {
  const last = curve?.at(-1);
  return (
    <section aria-label={title}>
      <Group justify="space-between" align="baseline" mb="xs">
        <Group gap={4}>
          <Title order={3}>{title}</Title>
          <Source of={title} path="/api/rounds/{round_id}" id={round}>
            Each point is the loss of one training step, on some of what the round learns from. It
            tells whether the training works, not how good the model is: that is the holdout's to
            say.
          </Source>
        </Group>
        {last && (
          <Text size="sm" c="dimmed" className="tabular">
            {last.loss.toFixed(3)} at step {formatCount(last.step)}
          </Text>
        )}
      </Group>
      {curve === undefined && <Skeleton height={200} />}
      {curve && curve.length > 1 && (
        <LineChart
          h={200}
          data={curve}
          dataKey="step"
          series={[{ name: "loss", label: "Loss", color: "iris.6" }]}
          withDots={false}
          curveType="linear"
          strokeWidth={1.75}
          gridAxis="x"
          tickLine="none"
          xAxisProps={{ minTickGap: 48 }}
          yAxisProps={{ width: 48, domain: ["auto", "auto"] }}
          valueFormatter={(value) => value.toFixed(2)}
          tooltipProps={{ labelFormatter: (step) => `Step ${step}` }}
          lineChartProps={{ margin: { top: 10 } }}
          lineProps={{ isAnimationActive: false }}
        />
      )}
      {curve && curve.length <= 1 && (
        <Text size="sm" c="dimmed">
          {isLive ? "The curve begins with the first training steps." : "Nothing was trained."}
        </Text>
      )}
    </section>
  );
}
