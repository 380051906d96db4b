import { ColorSwatch, Group, SimpleGrid, Skeleton, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Project } from "@/api/types";
import { changesQuery } from "@/api/versions";
import { ErrorState } from "@/components/ErrorState";
import { Pictures } from "@/components/pictures/pictures";
import { ShowMore } from "@/components/ShowMore";
import { ChangedFigure } from "./ChangedFigure";
import { COLOURS } from "./diffWords";

interface Props {
  project: Project;
  before: string;
  after: string;
}

/** The images that changed, each with the masks that did; more of them on demand. */
export function ChangedImages({ project, before, after }: Props) {
  const [pictures] = useState(() => new Pictures());
  const changes = useInfiniteQuery(changesQuery(before, after));
  const rows = changes.data?.pages.flatMap((page) => page.results) ?? [];
  if (changes.data && rows.length === 0) return null; // labels were renamed, and nothing else
  return (
    <section aria-label="Images that changed">
      <Group justify="space-between" gap="xs" mb="sm">
        <Title order={3}>Images that changed</Title>
        <Group gap="md">
          {Object.values(COLOURS).map(([name, colour]) => (
            <Group key={name} gap={6} wrap="nowrap">
              <ColorSwatch size={10} color={colour} withShadow={false} aria-hidden />
              <Text size="xs" c="dimmed">
                {name}
              </Text>
            </Group>
          ))}
        </Group>
      </Group>
      {changes.error && <ErrorState error={changes.error} onRetry={() => changes.refetch()} />}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
        {changes.isPending &&
          Array.from({ length: 4 }, (_, key) => key).map((key) => (
            <Skeleton key={key} height={260} radius="md" />
          ))}
        {rows.map((found) => (
          <ChangedFigure
            key={found.sha256}
            found={found}
            pictures={pictures}
            project={project.id}
          />
        ))}
      </SimpleGrid>
      <ShowMore query={changes} />
    </section>
  );
}
