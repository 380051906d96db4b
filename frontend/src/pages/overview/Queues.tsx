import { Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import { type Queue, queueCountsQuery } from "@/api/queues";
import type { Project } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { formatCount, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import classes from "./Counts.module.css";
import { QUEUE_WORDS, queueAddress, queueCommands, queueId } from "./queueWords";

/** The three queues of the plan with what this person could do in each. */
export function Queues({ project }: { project: Project }) {
  const { data: counts } = useQuery(queueCountsQuery(project.id));
  const navigate = useNavigate();
  useOffer(
    useMemo(() => {
      const go = (queue: Queue): void => void navigate(queueAddress(project.id, queue));
      return { commands: queueCommands(go) };
    }, [navigate, project.id]),
  );

  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" role="navigation" aria-label="Queues">
      {QUEUE_WORDS.map(({ queue, key, title, text, unit }) => (
        <Paper key={queue} withBorder p="md" className={classes.figure}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="xs" c="dimmed" fw={500}>
              {title}
            </Text>
            <KeyOf command={{ id: queueId(queue), key }} />
          </Group>
          <Text className={classes.value} data-queue={queue}>
            {counts === undefined ? "…" : formatCount(counts[queue])}
          </Text>
          <Text size="xs" c="dimmed" mb="xs">
            {text}
          </Text>
          <ButtonLink
            {...queueAddress(project.id, queue)}
            variant={counts !== undefined && counts[queue] > 0 ? "light" : "default"}
            size="xs"
            mt="auto"
            aria-label={`${title}: ${plural(counts?.[queue] ?? 0, unit)}`}
          >
            {title}
          </ButtonLink>
        </Paper>
      ))}
    </SimpleGrid>
  );
}
