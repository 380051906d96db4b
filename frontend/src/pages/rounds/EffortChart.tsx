import { CompositeChart } from "@mantine/charts";
import type { Round } from "@/api/types";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { LOOK, ROOM } from "./chartLook";
import { beginning, effortPoints } from "./effortWords";
import { pointTooltip } from "./pointTooltip";

const SECONDS = {
  ...{ name: "seconds", label: "Seconds per mask", color: "iris.5" },
  ...({ type: "bar" } as const),
};
const CLICKS = {
  ...{ name: "clicks", label: "Clicks per mask", color: "orange.6" },
  ...({ type: "line", yAxisId: "right" } as const),
};

interface Props {
  rounds: Round[];
  project: number;
}

const TITLE = "Effort per finished mask";

/** The measure of the whole: what a finished mask costs people, round by round. */
export function EffortChart({ rounds, project }: Props) {
  const data = effortPoints(rounds);
  const hasClicks = data.some(({ clicks }) => clicks !== null);
  const series = hasClicks ? [SECONDS, CLICKS] : [SECONDS];
  const source = (
    <Source of={TITLE} path="/api/projects/{project_id}/rounds" id={project}>
      Finished images that a round's model had proposed for, without the holdout and without what a
      second person did. All active time on them and all clicks, by their masks; 95 % intervals over
      images.
    </Source>
  );
  const [only] = data;
  if (only === undefined || data.length === 1)
    return <Section title={TITLE} description={beginning(only)} source={source} />;
  return (
    <Section
      title={TITLE}
      description={`Seconds${hasClicks ? " and clicks" : ""} that people spent while each round's proposals were corrected.`}
      source={source}
    >
      <CompositeChart
        h={220}
        data={data}
        dataKey="round"
        {...LOOK}
        withRightYAxis={hasClicks}
        yAxisLabel="Seconds"
        rightYAxisLabel="Clicks"
        yAxisProps={{ tickFormatter: String }}
        rightYAxisProps={{ tickFormatter: String }}
        maxBarWidth={44}
        series={series}
        tooltipProps={pointTooltip(series)}
        composedChartProps={{ margin: ROOM }}
        barProps={{ isAnimationActive: false, radius: [4, 4, 0, 0] }}
        lineProps={{ isAnimationActive: false }}
      />
    </Section>
  );
}
