import { Group, Paper, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Project } from "@/api/types";
import { formatCount } from "@/components/format";
import { agreementWords, shareWords } from "./agreementWords";
import classes from "./Counts.module.css";

/** Where the project stands, in five figures, and how far people agree who did the same images. */
export function Counts({ project }: { project: Project }) {
  const { counts, agreement } = project;
  const finished = counts.done + counts.reviewed;

  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: agreement === null ? 5 : 6 }} spacing="sm">
      <Figure name="Images" value={counts.images}>
        <Progress.Root size={5} aria-label="Images by status">
          <Bar name="reviewed" value={counts.reviewed} of={counts.images} color="teal" />
          <Bar name="done" value={counts.done} of={counts.images} color="iris" />
          <Bar name="returned" value={counts.returned} of={counts.images} color="orange" />
        </Progress.Root>
        {`${formatCount(finished)} finished, ${formatCount(counts.todo + counts.returned)} to do`}
      </Figure>
      <Figure name="Masks" value={counts.masks}>
        {finished > 0 && counts.masks > 0
          ? `${(counts.masks / Math.max(1, finished)).toFixed(1)} for each finished image`
          : "Drawn or accepted by people"}
      </Figure>
      <Figure name="Proposals" value={counts.proposals_pending}>
        Waiting for a verdict
      </Figure>
      <Figure name="Descriptions" value={counts.recordings}>
        Spoken recordings
      </Figure>
      <Figure name="Holdout" value={counts.holdout}>
        {counts.holdout === 0
          ? "None: nothing judges a new model"
          : "Blind: they judge each new model"}
      </Figure>
      {agreement !== null && (
        <Figure name="Agreement" value={shareWords(agreement.mean_iou)}>
          {agreementWords(agreement)}
        </Figure>
      )}
    </SimpleGrid>
  );
}

interface FigureProps {
  name: string;
  value: number | string;
  children: ReactNode;
}

function Figure({ name, value, children }: FigureProps) {
  return (
    <Paper withBorder p="md" className={classes.figure}>
      <Text size="xs" c="dimmed" fw={500}>
        {name}
      </Text>
      <Group align="baseline" gap={6}>
        <Text className={classes.value}>
          {typeof value === "number" ? formatCount(value) : value}
        </Text>
      </Group>
      <Stack gap={6} className={classes.note}>
        {children}
      </Stack>
    </Paper>
  );
}

interface BarProps {
  name: string;
  value: number;
  of: number;
  color: string;
}

function Bar({ name, value, of, color }: BarProps) {
  return (
    <Progress.Section
      value={of ? (100 * value) / of : 0}
      color={color}
      aria-label={`${formatCount(value)} ${name}`}
    />
  );
}
