import { Group, Kbd, Paper, SimpleGrid, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type Queue, queueCountsQuery } from "@/api/queues";
import type { Project } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import classes from "./Counts.module.css";
import { QUEUE_WORDS, queueAddress } from "./queueWords";

/** The three queues of the plan with what this person could do in each. */
export function Queues({ project }: { project: Project }) {
  const { data: counts } = useQuery(queueCountsQuery(project.id));
  const navigate = useNavigate();
  const open = (queue: Queue) => () => void navigate(queueAddress(project.id, queue));
  useHotkeys(QUEUE_WORDS.map(({ queue, key }) => [key, open(queue)]));

  return (
    <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" role="navigation" aria-label="Queues">
      {QUEUE_WORDS.map(({ queue, key, title, text, unit }) => (
        <Paper key={queue} withBorder p="md" className={classes.figure}>
          <Group justify="space-between" wrap="nowrap">
            <Text size="xs" c="dimmed" fw={500}>
              {title}
            </Text>
            <Kbd size="xs">{key}</Kbd>
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
