import { Button, Group, Progress, Skeleton, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteOwnVoices, isDeleting, ownVoicesQuery } from "@/api/voices";
import { ErrorState } from "@/components/ErrorState";
import { AnchorLink } from "@/components/links";
import { resume } from "@/recorder/service";
import { canDeleteVoices, voiceWords } from "./voice-words";

/** Deletes a person's voice from all takes, and shows how far that is. */
export function OwnRecordings() {
  const queries = useQueryClient();
  const { data: voices, error, isPending, refetch } = useQuery(ownVoicesQuery);
  const remove = useMutation({
    mutationFn: deleteOwnVoices,
    onSuccess: async (told) => {
      queries.setQueryData(ownVoicesQuery.queryKey, told);
      await queries.invalidateQueries({ queryKey: ["descriptions"] });
      void resume(); // what this device still holds of them is refused, and forgotten
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: "Delete your recordings?",
      children: (
        <Text size="sm">
          The audio and the pointer traces of all your takes are deleted for good, in all projects.
          The texts stay, and so do the takes, without a voice.
        </Text>
      ),
      labels: { confirm: "Delete my recordings", cancel: "Keep them" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });

  if (isPending) return <Skeleton height={22} />;
  if (error) return <ErrorState error={error} onRetry={() => refetch()} />;
  return (
    <Stack gap={6} mt="sm">
      <Group justify="space-between">
        <Text size="sm" role="status">
          {voiceWords(voices)}
        </Text>
        {canDeleteVoices(voices) && (
          <Button
            variant="light"
            color="red"
            size="compact-sm"
            onClick={ask}
            loading={remove.isPending}
          >
            Delete my recordings…
          </Button>
        )}
      </Group>
      {voices.places.length > 0 && !isDeleting(voices) && (
        <Group component="nav" gap="xs" aria-label="Images with your voice">
          {voices.places.map(({ image, project, file_name }) => (
            <AnchorLink
              key={image}
              to="/projects/$projectId/images/$imageId/describe"
              params={{ projectId: String(project), imageId: String(image) }}
              size="sm"
            >
              {file_name}
            </AnchorLink>
          ))}
        </Group>
      )}
      {isDeleting(voices) && voices.job && (
        <Progress
          size={5}
          value={shareOf(voices.job)}
          animated={voices.job.progress_total === 0}
          aria-label="Progress of the deletion"
        />
      )}
    </Stack>
  );
}

/** Percent done; full and moving while nothing is counted yet. */
function shareOf(job: { progress_done: number; progress_total: number }): number {
  return job.progress_total === 0 ? 100 : (100 * job.progress_done) / job.progress_total;
}
