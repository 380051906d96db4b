import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { restoreProject, trashedProjectsQuery } from "@/api/projects";
import type { ProjectCard } from "@/api/types";
import { formatAgo } from "@/components/format";

/** Deleted projects, while they can still be restored. */
export function Trash() {
  const { data: projects = [] } = useQuery(trashedProjectsQuery);
  const mine = projects.filter((project) => project.role === "manager");
  if (mine.length === 0) return null;
  return (
    <Stack component="section" gap="xs" mt="xl" aria-label="Deleted projects">
      <Title order={2}>Deleted</Title>
      {mine.map((project) => (
        <TrashRow key={project.id} project={project} />
      ))}
    </Stack>
  );
}

function TrashRow({ project }: { project: ProjectCard }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreProject(project.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["projects"] }),
  });
  return (
    <Group gap="sm">
      <Text size="sm" fw={550}>
        {project.name}
      </Text>
      <Text size="sm" c="dimmed">
        {project.deleted_at && formatAgo(project.deleted_at)}
      </Text>
      <Button
        size="compact-sm"
        variant="default"
        aria-label={`Restore ${project.name}`}
        onClick={() => restore.mutate()}
        loading={restore.isPending}
      >
        Restore
      </Button>
    </Group>
  );
}
