import { Button, Code, Group, Skeleton, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { servedQuery } from "@/api/rounds";
import type { ServingMove } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { formatAgo, formatMoment } from "@/components/format";
import { Section } from "@/components/Section";
import { moveName, whyMoved } from "./servedWords";

/** Every model that has proposed here, for all or on trial, who had it so and why: newest first. */
export function ServedHistory({ project }: { project: number }) {
  const served = useInfiniteQuery(servedQuery(project));
  const moves = served.data?.pages.flatMap(({ results }) => results) ?? [];
  if (served.data && moves.length === 0) return null;
  return (
    <Section
      title="What served"
      description={`The model that makes the proposals, and since when${moves.some(isOfTrial) ? "; and what was tried beside it" : ""}.`}
    >
      {served.isPending && <Skeleton height={60} radius="md" />}
      {served.error && <ErrorState error={served.error} onRetry={() => served.refetch()} />}
      <Stack component="ol" gap="sm" p={0} m={0} style={{ listStyle: "none" }}>
        {moves.map((move) => (
          <Move key={move.id} move={move} />
        ))}
      </Stack>
      {served.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          mt="sm"
          loading={served.isFetchingNextPage}
          onClick={() => served.fetchNextPage()}
        >
          Show earlier ones
        </Button>
      )}
    </Section>
  );
}

function isOfTrial({ alias }: ServingMove): boolean {
  return alias === "candidate";
}

function Move({ move }: { move: ServingMove }) {
  return (
    <li>
      <Group gap={6} justify="space-between" wrap="nowrap">
        <Text size="sm" fw={550} truncate>
          {moveName(move)} <Code>{(move.to ?? move.before)?.bundle.slice(0, 8)}</Code>
        </Text>
        <Text size="sm" c="dimmed" title={formatMoment(move.at)} style={{ whiteSpace: "nowrap" }}>
          {formatAgo(move.at)}
        </Text>
      </Group>
      <Text size="sm" c="dimmed">
        {whyMoved(move)}
      </Text>
    </li>
  );
}
