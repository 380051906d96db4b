import { CompositeChart } from "@mantine/charts";
import type { Round } from "@/api/types";
import { Section } from "@/components/Section";
import { beginning } from "./effortWords";
import { roundName } from "./servedWords";

const CLICKS = {
  ...{ name: "clicks", label: "Clicks per mask", color: "orange.6" },
  ...({ type: "line", yAxisId: "right" } as const),
};

interface Props {
  rounds: Round[];
}

const TITLE = "Effort per finished mask";
const ROOM = { top: 10, left: 10, right: 5 }; // for the highest tick and the axes' names

/** The measure of the whole: what a finished mask costs people, round by round. */
export function EffortChart({ rounds }: Props) {
  const data = rounds
    .filter((round) => round.effort.masks > 0)
    .toReversed()
    .map(({ number, effort }) => ({
      round: roundName(number),
      seconds: effort.seconds_per_mask,
      clicks: effort.clicks_per_mask,
    }));

  const hasClicks = data.some(({ clicks }) => clicks !== null);
  const [only] = data;
  if (only === undefined || data.length === 1)
    return <Section title={TITLE} description={beginning(only)} />;
  return (
    <Section
      title={TITLE}
      description={`Seconds${hasClicks ? " and clicks" : ""} that people spent while each round's proposals were corrected.`}
    >
      <CompositeChart
        h={220}
        data={data}
        dataKey="round"
        withLegend
        legendProps={{ verticalAlign: "bottom" }}
        withRightYAxis={hasClicks}
        yAxisLabel="Seconds"
        rightYAxisLabel="Clicks"
        tickLine="none"
        yAxisProps={{ tickFormatter: String }}
        rightYAxisProps={{ tickFormatter: String }}
        maxBarWidth={44}
        series={[
          { name: "seconds", label: "Seconds per mask", color: "iris.5", type: "bar" },
          ...(hasClicks ? [CLICKS] : []),
        ]}
        valueFormatter={(value) => value.toFixed(1)}
        composedChartProps={{ margin: ROOM }}
        barProps={{ isAnimationActive: false, radius: [4, 4, 0, 0] }}
        lineProps={{ isAnimationActive: false }}
      />
    </Section>
  );
}
