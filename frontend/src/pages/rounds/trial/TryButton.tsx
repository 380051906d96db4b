import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { askWhatServes, beginTrial, trialQuery } from "@/api/rounds";
import type { Project, Round } from "@/api/types";
import { formatPercent } from "@/components/format";
import { NotLoaded } from "@/components/NotLoaded";

/** Lets a round that does not serve propose on some images; nothing while another is tried. */
export function TryButton({ round, project }: { round: Round; project: Project }) {
  const queries = useQueryClient();
  const trial = useQuery(trialQuery(project.id));
  const begin = useMutation({
    mutationFn: (serving: string) => beginTrial(project.id, round.id ?? 0, serving),
    onSettled: () => askWhatServes(queries, project.id),
  });
  if (trial.isLoadingError)
    return <NotLoaded what="Whether a model is being tried" query={trial} />;
  const isFree = trial.data === null || (trial.data && trial.data.ended_at !== null);
  if (!isFree) return null;
  const ask = () =>
    modals.openConfirmModal({
      title: `Try round ${round.number} on some images?`,
      children: (
        <Text size="sm">
          On {formatPercent(project.candidate_bundle_share)} of the images that nobody has begun
          (Settings), drawn by hash, round {round.number} proposes in place of the serving model,
          which answers clicks on all of them. Nobody who annotates is told which. What people do
          with either is compared on this page, until you end the trial, or other masks come to
          serve.
        </Text>
      ),
      labels: { confirm: "Begin the trial", cancel: "Not now" },
      onConfirm: () => begin.mutate(project.serving?.bundle ?? ""), // as these words saw it
    });
  return (
    <Button size="compact-sm" variant="default" onClick={ask} loading={begin.isPending}>
      Try it on some images
    </Button>
  );
}
