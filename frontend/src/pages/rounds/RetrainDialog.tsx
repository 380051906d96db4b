import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { roundsQuery } from "@/api/rounds";
import type { Project } from "@/api/types";
import { isJudgedBy, lastTook, learnsFrom } from "./retrainWords";

/** What the question says before a round starts. */
export function RetrainDialog({ project }: { project: Project }) {
  const { data: rounds = [] } = useQuery(roundsQuery(project.id));
  const took = lastTook(rounds);
  return (
    <Stack gap="xs">
      <Text size="sm">{learnsFrom(project)}</Text>
      <Text size="sm">{isJudgedBy(project)}</Text>
      <Text size="sm" c="dimmed">
        {took && `${took} `}It trains in the background and can be cancelled.
      </Text>
    </Stack>
  );
}
