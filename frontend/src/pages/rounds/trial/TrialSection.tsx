import { Button, Table, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { askWhatServes, endTrial } from "@/api/rounds";
import type { Project, Trial } from "@/api/types";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { ComparisonTable } from "../ComparisonTable";
import { PromoteButton } from "../models/PromoteButton";
import { comparedWords, trialRows, trialWords } from "./trialRows";

interface Props {
  trial: Trial;
  project: Project;
}

/** A round that does not serve, tried on some images: what people did with it and without. */
export function TrialSection({ trial, project }: Props) {
  const isRunning = trial.ended_at === null;
  return (
    <Section
      title={`Trial of round ${trial.round}`}
      description={trialWords(trial, project.candidate_bundle_share)}
      source={
        <Source of="Trial" path="/api/projects/{project_id}/trial" id={project.id}>
          Images that were begun and finished from the trial's beginning to its end, with the
          candidate's proposals or the serving model's; the arms are drawn by hash. Clicks are
          answered by the serving model in both, so that a better answer to clicks shows in neither.
          95 % intervals over images.
        </Source>
      }
      actions={isRunning && <Actions trial={trial} project={project} />}
    >
      <Text size="sm" mb="xs">
        {comparedWords(trial)}
      </Text>
      {(trial.candidate || trial.serving) && (
        <Table.ScrollContainer minWidth={720} scrollAreaProps={{ offsetScrollbars: "present" }}>
          <ComparisonTable
            label="Trial"
            before="Serving"
            after="Candidate"
            rows={trialRows(trial)}
          />
        </Table.ScrollContainer>
      )}
    </Section>
  );
}

function Actions({ trial, project }: Props) {
  const queries = useQueryClient();
  const end = useMutation({
    mutationFn: () => endTrial(project.id),
    onSettled: () => askWhatServes(queries, project.id),
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `End the trial of round ${trial.round}?`,
      children: (
        <Text size="sm">
          The serving model proposes again on the images that nobody has begun. What people made of
          the round's proposals stays, and so does this comparison.
        </Text>
      ),
      labels: { confirm: "End the trial", cancel: "Let it run" },
      onConfirm: () => end.mutate(),
    });
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={ask} loading={end.isPending}>
        End the trial
      </Button>
      <PromoteButton project={project} model={{ ...trial, is_in_part: false }} variant="filled">
        Promote round {trial.round}
      </PromoteButton>
    </>
  );
}
