import { Button, ColorSwatch, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { projectQuery, restoreLabel } from "@/api/projects";
import type { Label, Project } from "@/api/types";

/** Labels out of the choice: masks under them keep them, and they can come back. */
export function DeletedLabels({ project }: { project: Project }) {
  const labels = project.labels.filter((label) => label.deleted);
  if (labels.length === 0) return null;
  return (
    <Stack gap={6} mt="md" component="section" aria-label="Deleted labels">
      <Text size="xs" c="dimmed" fw={500}>
        Deleted; masks under them keep them
      </Text>
      {labels.map((label) => (
        <DeletedLabel key={label.id} label={label} project={project.id} />
      ))}
    </Stack>
  );
}

function DeletedLabel({ label, project }: { label: Label; project: number }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreLabel(label.id),
    onSuccess: () => queries.invalidateQueries(projectQuery(project)),
  });
  return (
    <Group gap="xs" wrap="nowrap">
      <ColorSwatch color={label.color} size={14} aria-hidden />
      <Text size="sm" flex={1} truncate>
        {label.name}
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        aria-label={`Restore ${label.name}`}
        onClick={() => restore.mutate()}
        loading={restore.isPending}
      >
        Restore
      </Button>
    </Group>
  );
}
