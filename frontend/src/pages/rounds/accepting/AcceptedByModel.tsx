import { Alert, Skeleton, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { autoAcceptQuery } from "@/api/auto-accept";
import type { AutoAccept, Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { formatMoment, plural } from "@/components/format";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import {
  atOnceWords,
  auditWords,
  leftOutWords,
  measuredWords,
  servingWords,
  switchWords,
} from "./acceptWords";
import { ReliabilityPlot } from "./ReliabilityPlot";

/** What the model accepts by itself, what people's audits measure, and how reliable its scores are. */
export function AcceptedByModel({ project }: { project: Project }) {
  const { data: state, error, refetch } = useQuery(autoAcceptQuery(project.id));
  if (error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (state === undefined) return <Skeleton height={110} radius="lg" />;
  const hasSeveralLabels = project.labels.filter(({ deleted }) => !deleted).length > 1;
  return (
    <Section
      title="Accepted by the model"
      description={switchWords(state, hasSeveralLabels)}
      source={
        <Source
          of="Accepted by the model"
          path="/api/projects/{project_id}/auto-accept"
          id={project.id}
        >
          What people decided on proposals of images that are finished and not deleted, but for
          those who accept what others do not, and for what was accepted at once, with whatever on
          that image was as sure; what they left undecided there of those audited, too. Right is
          what they accepted and left as it was, its label too. It stops once either of all models
          since it was switched on, or of one that proposes now, too few are right. The chart, for
          managers, is of the serving model's proposals alone. Exact intervals (Clopper and
          Pearson), as if each verdict stood for itself.
        </Source>
      }
    >
      <Stack gap="md">
        {state.stopped_at !== null && (
          <Alert color="orange" title={`Stopped on ${formatMoment(state.stopped_at)}`}>
            {state.stop_reason} The masks that it accepted stay, where nobody has begun until
            another model proposes there. A manager can switch it on again in the settings.
          </Alert>
        )}
        {state.since !== null && <Figures state={state} />}
        {project.role === "manager" && <Scores state={state} />}
      </Stack>
    </Section>
  );
}

function Figures({ state }: { state: AutoAccept }) {
  const rows = [
    ["Accepted without a person", plural(state.accepted, "mask")],
    ["Left to people as a check", auditWords(state)],
    ["Right, as people found", measuredWords(state)],
    ["Right, of the serving model", servingWords(state)],
    ["Left out of that", leftOutWords(state)],
    ["Of no use", atOnceWords(state)],
  ].filter(([, value]) => value !== null);
  return (
    <Table className="tabular" aria-label="Accepted by the model" variant="vertical" maw={560}>
      <Table.Tbody>
        {rows.map(([name, value]) => (
          <Table.Tr key={name}>
            <Table.Th fw={400}>{name}</Table.Th>
            <Table.Td>{value}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function Scores({ state }: { state: AutoAccept }) {
  if (state.bins.length > 0) return <ReliabilityPlot bins={state.bins} />;
  return (
    <Text size="sm" c="dimmed">
      {state.has_scores
        ? "No image has been finished on which people decided on a proposal with a score. Once one is, this shows how reliable the scores are."
        : "The serving model does not score its proposals yet. A round learns to, from what people have finished."}
    </Text>
  );
}
