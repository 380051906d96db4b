import { ColorSwatch, Group, Paper, Progress, SimpleGrid, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Project } from "@/api/types";
import { formatCount } from "@/components/format";
import { AnchorLink } from "@/components/links";
import { Source } from "@/components/Source";
import { agreementWords, shareWords } from "./agreementWords";
import classes from "./Counts.module.css";
import { maskWords, sharesOf } from "./countWords";

/** Where the project stands, in five figures, and how far people agree who did the same images. */
export function Counts({ project }: { project: Project }) {
  const { counts, agreement } = project;

  return (
    <SimpleGrid cols={{ base: 2, sm: 3, md: agreement === null ? 5 : 6 }} spacing="sm">
      <Figure name="Images" value={counts.images}>
        <ByStatus project={project} />
      </Figure>
      <Figure name="Masks" value={counts.masks}>
        {maskWords(counts)}
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
        <Figure
          name="Agreement"
          value={shareWords(agreement.mean_iou)}
          source={
            <Source of="Agreement" path="/api/projects/{project_id}" id={project.id}>
              Masks of the first person and of each other who did the same image, matched object by
              object, as they were when the image was finished.
            </Source>
          }
        >
          {agreementWords(agreement)}
        </Figure>
      )}
    </SimpleGrid>
  );
}

interface FigureProps {
  name: string;
  value: number | string;
  source?: ReactNode;
  children: ReactNode;
}

function Figure({ name, value, source, children }: FigureProps) {
  return (
    <Paper withBorder p="md" className={classes.figure}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" fw={500}>
          {name}
        </Text>
        {source}
      </Group>
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

/** A bar of the images by status, and below it what its colours mean, each with its images. */
function ByStatus({ project: { id, counts } }: { project: Project }) {
  const shares = sharesOf(counts);
  return (
    <>
      <Progress.Root size={5} role="group" aria-label="Images by status">
        {shares.map(({ name, value, color, words }) => (
          <Progress.Section
            key={name}
            value={(100 * value) / counts.images}
            color={name === "to do" ? "transparent" : color}
            aria-label={words}
          />
        ))}
      </Progress.Root>
      <Group gap="2px 10px">
        {shares.map(({ name, status, color, words }) => (
          <Group key={name} gap={4} wrap="nowrap">
            <ColorSwatch
              size={8}
              withShadow={false}
              color={`var(--mantine-color-${color}-filled)`}
            />
            <AnchorLink
              to="/projects/$projectId/images"
              params={{ projectId: String(id) }}
              search={{ status }}
              inherit
              c="inherit"
            >
              {words}
            </AnchorLink>
          </Group>
        ))}
      </Group>
    </>
  );
}
