import { Button, type ButtonProps } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { jobsQuery } from "@/api/jobs";
import { messageOf, ProblemError } from "@/api/problem";
import { projectQuery } from "@/api/projects";
import { roundsQuery, startRound } from "@/api/rounds";
import type { Part, Project } from "@/api/types";
import { RetrainDialog } from "./RetrainDialog";

/** Starts a round once asked; where one cannot start, says why and what would make it start. */
export function RetrainButton({ project, ...look }: ButtonProps & { project: Project }) {
  const queries = useQueryClient();
  const retrain = useMutation({
    mutationFn: (parts: Part[]) => startRound(project.id, parts),
    meta: { shownInPlace: true },
    onSuccess: (round) =>
      notifications.show({
        color: "teal",
        title: `Round ${round.number} has started`,
        message: "It trains in the background; its loss curve is on the rounds page.",
      }),
    onError: (error) =>
      notifications.show({ color: "orange", title: "No round started", message: reasonOf(error) }),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(jobsQuery(project.id)),
        queries.invalidateQueries(roundsQuery(project.id)),
        queries.invalidateQueries(projectQuery(project.id)),
      ]),
  });

  const ask = () => {
    const close = () => modals.close(id);
    const start = (parts: Part[]) => {
      close();
      retrain.mutate(parts);
    };
    const id = modals.open({
      title: "Retrain the model?",
      children: <RetrainDialog project={project} onStart={start} onClose={close} />,
    });
  };

  return (
    <Button {...look} onClick={ask} loading={retrain.isPending}>
      Retrain
    </Button>
  );
}

function reasonOf(error: unknown): string {
  const code = error instanceof ProblemError ? error.code : "";
  if (code === "round_running") return "A round is running already. Wait for it, or cancel it.";
  if (code === "nothing_new") return `${messageOf(error)} Finish or describe an image first.`;
  return messageOf(error);
}
