import { BarChart } from "@mantine/charts";
import { useQuery } from "@tanstack/react-query";
import { driftQuery } from "@/api/rounds";
import { formatPercent } from "@/components/format";
import { NotLoaded } from "@/components/NotLoaded";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { LOOK, ROOM } from "./chartLook";
import { driftPoints } from "./driftPoints";
import { driftWords, NOT_YET_TOLD } from "./driftWords";
import { pointTooltip } from "./pointTooltip";

const TITLE = "New images";
const SERIES = [
  { name: "alike", label: "Not surely unlike", color: "iris.5" },
  { name: "unlike", label: "Unlike", color: "orange.6" },
];

/** Whether what comes is still like what rounds learned from: by round, as soon as two tell. */
export function NewImages({ project }: { project: number }) {
  const query = useQuery(driftQuery(project));
  if (query.isLoadingError) return <NotLoaded what="How alike new images are" query={query} />;
  if (!query.data) return null;
  const { drift, earlier } = query.data;
  const points = driftPoints(drift ? [...earlier, drift] : earlier);
  return (
    <Section
      title={TITLE}
      description={drift ? driftWords(drift) : NOT_YET_TOLD}
      source={
        <Source of={TITLE} path="/api/projects/{project_id}/drift" id={project}>
          Images that came after a round began and before the next one did, beside those finished by
          then, by the encoder's embeddings; at most a thousand of either, drawn by hash. The bars
          are the share of them that lies far; of images of one kind about 5 % do.
        </Source>
      }
    >
      {points.length > 1 && (
        <BarChart
          h={180}
          data={points}
          dataKey="round"
          type="stacked"
          {...LOOK}
          yAxisProps={{ tickFormatter: formatPercent, width: 46 }}
          maxBarWidth={32}
          series={SERIES}
          tooltipProps={pointTooltip(SERIES)}
          barChartProps={{ margin: ROOM }}
          barProps={{ isAnimationActive: false }}
        />
      )}
    </Section>
  );
}
