import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { askWhatServes, rollBack } from "@/api/rounds";
import type { Project } from "@/api/types";
import { modelName } from "./servedWords";

export function RollBackButton({ project }: { project: Project }) {
  const queries = useQueryClient();
  const serving = project.serving?.bundle ?? "";
  const back = useMutation({
    mutationFn: (seen: string) => rollBack(project.id, seen),
    onSuccess: (now) =>
      notifications.show({
        color: "teal",
        title: "Rolled back",
        message: `${modelName(now)} (${now.bundle.slice(0, 8)}) serves again.`,
      }),
    onSettled: () => askWhatServes(queries, project.id),
  });
  const ask = () =>
    modals.openConfirmModal({
      title: "Serve the previous model again?",
      children: (
        <Text size="sm">
          {project.serving && modelName(project.serving)} ({serving.slice(0, 8)}) steps back, and
          the model that served before it makes the proposals on images that nobody has begun. Masks
          that people made stay as they are. Rolling back once more undoes this.
        </Text>
      ),
      labels: { confirm: "Roll back", cancel: "Keep the serving model" },
      onConfirm: () => back.mutate(serving), // what these words name, whatever serves by then
    });

  return (
    <Button variant="default" onClick={ask} loading={back.isPending}>
      Roll back
    </Button>
  );
}
