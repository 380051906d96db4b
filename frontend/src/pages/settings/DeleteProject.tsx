import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { deleteProject, restoreProject } from "@/api/projects";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";
import { showUndo } from "@/components/undo";

export function DeleteProject({ project }: { project: Project }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => queries.invalidateQueries({ queryKey: ["projects"] });
  const remove = useMutation({
    mutationFn: () => deleteProject(project.id),
    onSuccess: async () => {
      await navigate({ to: "/projects" });
      await refresh();
      showUndo(`${project.name} was deleted. It can be restored for 30 days.`, async () => {
        await restoreProject(project.id);
        await refresh();
      });
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Delete ${project.name}?`,
      children: (
        <Text size="sm">
          Nobody can open it any more. For 30 days you or another of its managers can restore it
          from the projects page; then its images are deleted for good.
        </Text>
      ),
      labels: { confirm: "Delete the project", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });

  return (
    <Section
      title="Delete this project"
      description="It can be restored for 30 days from the projects page, with everything in it."
      actions={
        <Button variant="light" color="red" onClick={ask} loading={remove.isPending}>
          Delete project…
        </Button>
      }
    />
  );
}
