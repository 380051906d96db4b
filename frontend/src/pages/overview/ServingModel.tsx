import { Code, Group, Text } from "@mantine/core";
import type { Project } from "@/api/types";
import { plural } from "@/components/format";
import { AnchorLink } from "@/components/links";
import { Section } from "@/components/Section";

/** Which bundle makes the proposals now. */
export function ServingModel({ project }: { project: Project }) {
  const { serving, finished_since_round } = project;
  return (
    <Section
      title="Model"
      actions={
        <AnchorLink
          to="/projects/$projectId/rounds"
          params={{ projectId: String(project.id) }}
          size="sm"
        >
          All rounds
        </AnchorLink>
      }
    >
      {serving ? (
        <Group gap="xs">
          <Text size="sm">
            {serving.round
              ? `Round ${serving.round} is serving`
              : "The pretrained model is serving"}
          </Text>
          <Code>{serving.bundle.slice(0, 8)}</Code>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          The pretrained model starts to serve with the first prepared image.
        </Text>
      )}
      <Text size="sm" c="dimmed" mt={4}>
        {finished_since_round === 0
          ? "Nothing new is finished that it could learn from."
          : `${plural(finished_since_round, "finished image")} that it has not learned from.`}
      </Text>
    </Section>
  );
}
