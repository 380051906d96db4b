import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { bundlesQuery, rebuildBundle } from "@/api/bundles";
import { jobsQuery } from "@/api/jobs";
import type { Bundle, Rebuild } from "@/api/types";
import { formatAgo, formatMoment } from "@/components/format";
import { modelName, modelWords } from "../servedWords";
import { RebuildDetails } from "./RebuildDetails";
import { isBeingRebuilt, rebuildWords } from "./rebuildWords";

interface Props {
  project: number;
  bundle: Bundle;
}

/** What came of making a model again the last time, and the way to do it; nothing without a recipe. */
export function Rebuilding({ project, bundle }: Props) {
  const queries = useQueryClient();
  const begin = useMutation({
    mutationFn: () => rebuildBundle(project, bundle.bundle),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries(bundlesQuery(project)),
        queries.invalidateQueries(jobsQuery(project)),
      ]),
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Rebuild ${modelWords(bundle)} and compare?`,
      children: (
        <Text size="sm">
          It is trained again from its dataset version by its recipe and seed, and every file is
          compared with what there is; where files differ, as on another machine, both are measured
          on the blind holdout. That takes as long as its training took, in the background, and
          other trainings may wait meanwhile. Nothing of the model itself changes.
        </Text>
      ),
      labels: { confirm: "Rebuild and compare", cancel: "Not now" },
      onConfirm: () => begin.mutate(),
    });
  return (
    <>
      {bundle.rebuild && <Outcome rebuild={bundle.rebuild} of={bundle} />}
      {bundle.has_recipe && !isBeingRebuilt(bundle) && (
        <Button
          size="compact-xs"
          variant="subtle"
          ml={-8}
          aria-label={`Rebuild and compare ${modelName(bundle)}`}
          onClick={ask}
          loading={begin.isPending}
        >
          Rebuild and compare
        </Button>
      )}
    </>
  );
}

function Outcome({ rebuild, of }: { rebuild: Rebuild; of: Bundle }) {
  const { job, files, is_equal } = rebuild;
  const isBad = (is_equal === false && !rebuild.is_within_noise) || job.state === "failed";
  const show = () =>
    modals.open({
      title: `${modelName(of)}, made again`,
      size: "xl",
      children: <RebuildDetails rebuild={rebuild} />,
    });
  return (
    <>
      <Text
        size="sm"
        c={isBad ? "var(--mantine-color-error)" : undefined}
        style={{ overflowWrap: "anywhere" }}
      >
        {rebuildWords(rebuild)}
      </Text>
      {rebuild.verdict && <Text size="sm">{rebuild.verdict}</Text>}
      {job.finished_at && (
        <Text size="xs" c="dimmed" title={formatMoment(job.finished_at)}>
          {formatAgo(job.finished_at)}
          {rebuild.created_by && `, by ${rebuild.created_by}`}
        </Text>
      )}
      {files.length > 0 && (
        <Button
          size="compact-xs"
          variant="subtle"
          ml={-8}
          aria-label={`How the files of ${modelName(of)} compare`}
          onClick={show}
        >
          Files
        </Button>
      )}
    </>
  );
}
