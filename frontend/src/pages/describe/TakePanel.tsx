import { ActionIcon, Alert, Group, Loader, Menu, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconDots, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteVoice, descriptionsQuery } from "@/api/descriptions";
import type { Recording } from "@/api/types";
import { formatAgo, formatClock } from "@/components/format";
import { Section } from "@/components/Section";
import { TranscriptEditor } from "./TranscriptEditor";

interface Props {
  recording: Recording;
  image: number;
  number: number;
  isNewest: boolean;
}

/** One take: its audio and what was said in it. */
export function TakePanel({ recording, image, number, isNewest }: Props) {
  const { transcripts, state, duration_s, user, created_at } = recording;
  const transcript = transcripts.findLast((each) => each.kind === "corrected") ?? transcripts[0];
  const isCorrected = transcript?.kind === "corrected";

  return (
    <Section
      title={`Take ${number}`}
      description={`${user}, ${formatClock(duration_s)}, ${formatAgo(created_at)}`}
      actions={<TakeMenu recording={recording} image={image} />}
    >
      {state === "uploading" && (
        <Text size="sm">
          Its audio is not whole on the server yet. The browser that recorded it sends the rest.
        </Text>
      )}
      {state === "transcribing" && (
        <Group gap="xs" wrap="nowrap" role="status">
          <Loader size={14} />
          <Text size="sm">Transcribing. The words appear here when they are ready.</Text>
        </Group>
      )}
      {state === "failed" && (
        <Alert color="red" title="The take could not be transcribed" role="alert">
          {recording.error || "The audio could not be read."} Run the job again on the overview
          page, or record another take.
        </Alert>
      )}
      {transcript && (
        <TranscriptEditor
          key={transcript.id}
          recording={recording}
          transcript={transcript}
          image={image}
          isOpen={isNewest && !isCorrected}
        />
      )}
    </Section>
  );
}

function TakeMenu({ recording, image }: { recording: Recording; image: number }) {
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => deleteVoice(recording.id),
    onSuccess: () => queries.invalidateQueries(descriptionsQuery(image)),
  });
  if (!recording.audio_url) return null;
  const ask = () =>
    modals.openConfirmModal({
      title: "Delete the voice of this take?",
      children: (
        <Text size="sm">
          The audio and the pointer trace are deleted for good. The texts stay as they are.
        </Text>
      ),
      labels: { confirm: "Delete the voice", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" aria-label="Actions for this take">
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={ask}>
          Delete the voice
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
