import { BarChart } from "@mantine/charts";
import type { Round } from "@/api/types";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { LOOK, ROOM } from "./chartLook";
import { costPoints, costsOf, firstCost, unitOf } from "./costPoints";
import { pointTooltip } from "./pointTooltip";

interface Props {
  rounds: Round[];
  project: number;
}

const TITLE = "Cost by round";
const SERIES = [
  { name: "training", label: "Training", color: "iris.5" },
  { name: "judging", label: "Judging", color: "orange.6" },
];

/** What each round took of the machine. What it saves people stands in the round's details. */
export function CostChart({ rounds, project }: Props) {
  const costs = costsOf(rounds);
  const unit = unitOf(costs);
  const source = (
    <Source of={TITLE} path="/api/projects/{project_id}/rounds" id={project}>
      From when a worker last took up the round's job to its end, whatever came out; what ran before
      that is not in it. Training includes embedding what had to be embedded for it. Judging is the
      measuring on the holdout. Proposing is the preparation of images, and not in it.
    </Source>
  );
  if (costs.length < 2)
    return <Section title={TITLE} description={firstCost(costs[0])} source={source} />;
  return (
    <Section title={TITLE} description="How long the machine was at each round." source={source}>
      <BarChart
        h={220}
        data={costPoints(costs, unit)}
        dataKey="round"
        type="stacked"
        {...LOOK}
        yAxisLabel={unit.name}
        yAxisProps={{ tickFormatter: String }}
        maxBarWidth={44}
        series={SERIES}
        tooltipProps={pointTooltip(SERIES)}
        barChartProps={{ margin: ROOM }}
        barProps={{ isAnimationActive: false }}
      />
    </Section>
  );
}
