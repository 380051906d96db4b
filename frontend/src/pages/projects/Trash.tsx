import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { projectQuery, restoreProject, trashedProjectsQuery } from "@/api/projects";
import type { ProjectCard } from "@/api/types";
import { formatAgo, formatDaysLeft } from "@/components/format";

/** Deleted projects, while they can still be restored. */
export function Trash() {
  const { data: projects = [] } = useQuery(trashedProjectsQuery);
  const mine = projects.filter((project) => project.role === "manager");
  if (mine.length === 0) return null;
  return (
    <Stack component="section" gap="xs" mt="xl" aria-label="Deleted projects">
      <div>
        <Title order={2}>Deleted projects</Title>
        <Text size="sm" c="dimmed">
          Each can be restored with everything in it, until its days are over.
        </Text>
      </div>
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
    onSuccess: async () => {
      queries.removeQueries(projectQuery(project.id)); // a page of before the deletion
      await queries.invalidateQueries({ queryKey: ["projects"] });
    },
  });
  return (
    <Group gap="sm" wrap="nowrap">
      <Text size="sm" fw={550} truncate>
        {project.name}
      </Text>
      {project.deleted_at && (
        <Text size="sm" c="dimmed" flex="none">
          deleted {formatAgo(project.deleted_at)} · {formatDaysLeft(project.deleted_at)}
        </Text>
      )}
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
