import { LineChart } from "@mantine/charts";
import type { Round } from "@/api/types";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { LOOK } from "./chartLook";
import { firstOf, holdoutPoints, linesOf } from "./holdoutPoints";
import { pointTooltip } from "./pointTooltip";
import { SIZES } from "./sizes";

interface Props {
  rounds: Round[];
  project: number;
}

const TITLE = "Holdout by round";
const ROOM = { top: 10, left: 10, right: 20 }; // for the highest tick, the axis' name, the last round's

/** Whether models get better, and whether small objects pay for what the others gain. */
export function HoldoutChart({ rounds, project }: Props) {
  const data = holdoutPoints(rounds);
  const lines = linesOf(data);
  const source = (
    <Source of={TITLE} path="/api/projects/{project_id}/rounds" id={project}>
      What each round made, promoted or not, on the finished holdout images of its version, with one
      simulated click on each object; the pretrained model as the newest round measured it that was
      judged against it. The holdout grows, so that two points may be of different objects. Small:{" "}
      {SIZES.small[1].toLowerCase()}; large: {SIZES.large[1].toLowerCase()}.
    </Source>
  );
  if (data.length < 2)
    return <Section title={TITLE} description={firstOf(data[0])} source={source} />;
  return (
    <Section
      title={TITLE}
      description={`IoU after one click${lines.length > 1 ? ", by size of object" : ""}.`}
      source={source}
    >
      <LineChart
        h={220}
        data={data}
        dataKey="round"
        {...LOOK}
        yAxisLabel="IoU"
        curveType="linear"
        yAxisProps={{ domain: ["auto", "auto"], tickFormatter: (value) => value.toFixed(3) }}
        series={lines}
        tooltipProps={pointTooltip(lines)}
        lineChartProps={{ margin: ROOM }}
        lineProps={{ isAnimationActive: false }}
      />
    </Section>
  );
}
