import { Alert, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { comparisonQuery } from "@/api/bundles";
import { effortQuery } from "@/api/rounds";
import type { Bundle, BundleComparison } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { NotLoaded } from "@/components/NotLoaded";
import { Source } from "@/components/Source";
import { ComparisonTable } from "../ComparisonTable";
import { captionRows, describerName, standInWords } from "../captions/captionWords";
import { EffortTable } from "../effort/EffortTable";
import { HoldoutFigures } from "../HoldoutFigures";
import { modelName, modelWords } from "../servedWords";
import { comparedWords } from "./comparedWords";

interface Props {
  project: number;
  before: Bundle;
  after: Bundle;
}

/** Two models side by side: how they do on the holdout, and what people's work cost with each. */
export function ModelComparison({ project, before, after }: Props) {
  const compared = useQuery(comparisonQuery(project, before.bundle, after.bundle));
  const { data, error, refetch } = compared;
  return (
    <Stack component="section" gap="lg" mt="lg" aria-label="Comparison">
      <Group gap={4}>
        <Title order={3}>
          {modelName(before)} and {modelWords(after)}
        </Title>
        <Source
          of="Comparison"
          path="/api/projects/{project_id}/comparison"
          id={project}
          query={`before=${before.bundle}&after=${after.bundle}`}
        >
          What rounds measured of the two on the blind holdout, and which round that was. Effort is
          that of the table of effort, by round.
        </Source>
      </Group>
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton height={180} radius="md" />}
      {data && <OnHoldout compared={data} before={before} after={after} />}
      <Effort project={project} before={before} after={after} />
    </Stack>
  );
}

interface OnHoldoutProps {
  compared: BundleComparison;
  before: Bundle;
  after: Bundle;
}

function OnHoldout({ compared, before, after }: OnHoldoutProps) {
  const { metrics, masks, captions } = compared;
  const names = { before: modelName(before), after: modelName(after) };
  const described = metrics.captions;
  const standIns = standInWords([
    [described?.serving, names.before],
    [described?.candidate, names.after],
  ]);
  return (
    <>
      <div>
        <Title order={4} fz="sm" mb={6}>
          Masks on the blind holdout
        </Title>
        <Basis basis={masks.basis}>
          {comparedWords(
            masks,
            { name: modelWords(before), count: metrics.serving?.objects },
            { name: modelWords(after), count: metrics.candidate?.objects },
            "object",
          )}
        </Basis>
        {metrics.serving && metrics.candidate && <HoldoutFigures metrics={metrics} {...names} />}
      </div>
      {described && (
        <div>
          <Title order={4} fz="sm" mb={6}>
            Descriptions on the blind holdout
          </Title>
          <Basis basis={captions.basis}>
            {comparedWords(
              captions,
              { name: modelWords(before), count: described.serving?.images },
              { name: modelWords(after), count: described.candidate?.images },
              "image",
            )}
          </Basis>
          {described.serving && described.candidate && (
            <>
              {standIns.length > 0 && (
                <Text size="sm" c="dimmed" mb="xs">
                  {standIns.join(" ")}
                </Text>
              )}
              <ComparisonTable
                label="Figures of descriptions compared"
                before={describerName(described.serving, names.before)}
                after={describerName(described.candidate, names.after)}
                rows={captionRows(described)}
              />
            </>
          )}
        </div>
      )}
    </>
  );
}

/** A warning where the figures do not compare. */
function Basis({
  basis,
  children,
}: {
  basis: BundleComparison["masks"]["basis"];
  children: string;
}) {
  if (basis === "different_holdouts")
    return (
      <Alert color="orange" p="sm" mb="xs">
        {children}
      </Alert>
    );
  return (
    <Text size="sm" c="dimmed" mb="xs">
      {children}
    </Text>
  );
}

function Effort({ project, before, after }: Props) {
  const query = useQuery(effortQuery(project, "round"));
  const { data } = query;
  if (query.isLoadingError) return <NotLoaded what="Effort with each" query={query} />;
  const rows = data?.filter(({ key }) => key === before.bundle || key === after.bundle);
  if (!rows) return null;
  return (
    <div>
      <Title order={4} fz="sm" mb={6}>
        Effort with each
      </Title>
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nobody has finished an image that either of them has proposed for.
        </Text>
      ) : (
        <EffortTable by="round" rows={rows} />
      )}
    </div>
  );
}
