import { Group, Paper, SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Queue } from "@/api/queue-names";
import { queueCountsQuery } from "@/api/queues";
import type { Project } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { formatCount, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import classes from "./Counts.module.css";
import {
  cardsOf,
  type QueueWords,
  queueAddress,
  queueCommands,
  queueId,
  queuesOf,
} from "./queueWords";
import { useNextStep } from "./useNextStep";

/** The queues of this person with what could be done in each. */
export function Queues({ project }: { project: Project }) {
  const { id, plan, role } = project;
  const queues = useMemo(() => queuesOf({ plan, role }), [plan, role]);
  const { data: counts } = useQuery({ ...queueCountsQuery(id), enabled: queues.length > 0 });
  const navigate = useNavigate();
  useOffer(
    useMemo(() => {
      const go = (queue: Queue): void => void navigate(queueAddress(id, queue));
      return { commands: queueCommands(queues, go) };
    }, [navigate, id, queues]),
  );

  const { step } = useNextStep(project);
  const cards = cardsOf(queues, step);

  if (cards.length === 0) return null;
  return (
    <SimpleGrid
      cols={{ base: 1, sm: Math.min(2, cards.length), md: cards.length }}
      spacing="sm"
      role="navigation"
      aria-label="Queues"
    >
      {cards.map((words) => (
        <QueueCard
          key={words.queue}
          {...{ words, project: id }}
          count={counts?.[words.queue]}
          questions={words.queue === "complete" ? (counts?.questions ?? 0) : 0}
          isAlone={cards.length === 1}
        />
      ))}
    </SimpleGrid>
  );
}

interface CardProps {
  words: QueueWords;
  project: number;
  count: number | undefined;
  /** Of them, images on which something was named that has no mask. */
  questions: number;
  /** It has the whole width for itself. */
  isAlone: boolean;
}

function QueueCard({ words, project, count, questions, isAlone }: CardProps) {
  const { queue, key, title, text, unit } = words;
  return (
    <Paper withBorder p="md" className={isAlone ? classes.row : classes.figure}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" fw={500}>
          {title}
        </Text>
        <KeyOf command={{ id: queueId(queue), key }} />
      </Group>
      <Text className={classes.value} data-queue={queue}>
        {count === undefined ? "…" : formatCount(count)}
      </Text>
      <Text size="xs" c="dimmed" mb={isAlone ? 0 : "xs"}>
        {text}
        {questions > 0 && ` Something was named on ${plural(questions, "image")}.`}
      </Text>
      <ButtonLink
        {...queueAddress(project, queue)}
        variant={count !== undefined && count > 0 ? "light" : "default"}
        size="xs"
        mt={isAlone ? 0 : "auto"}
        ml={isAlone ? "auto" : 0}
        aria-label={`${title}: ${plural(count ?? 0, unit)}`}
      >
        {title}
      </ButtonLink>
    </Paper>
  );
}
