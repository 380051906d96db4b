import { Button, Group, Stack, Text, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { descriptionsQuery, restoreRecording } from "@/api/descriptions";
import type { Recording } from "@/api/types";
import { formatClock, formatDaysLeft, plural } from "@/components/format";
import { aboutWords } from "./take-words";

interface Props {
  recordings: readonly Recording[];
  image: number;
}

/** Takes in the trash, folded away: each can be brought back while its days last. */
export function RemovedTakes({ recordings, image }: Props) {
  const [isOpen, { toggle }] = useDisclosure(false);
  if (recordings.length === 0) return null;
  return (
    <Stack gap="xs" component="section" aria-label="Removed takes">
      <UnstyledButton onClick={toggle} aria-expanded={isOpen} fz="xs" c="dimmed" w="fit-content">
        {isOpen ? "Hide" : "Show"} {plural(recordings.length, "removed take")}
      </UnstyledButton>
      {isOpen &&
        recordings.map((recording) => (
          <Removed key={recording.id} recording={recording} image={image} />
        ))}
    </Stack>
  );
}

function Removed({ recording, image }: { recording: Recording; image: number }) {
  const queries = useQueryClient();
  const restore = useMutation({
    mutationFn: () => restoreRecording(recording.id),
    onSuccess: () => queries.invalidateQueries(descriptionsQuery(image)),
  });
  const { user, duration_s, deleted_at } = recording;
  const facts = [`${user}${aboutWords(recording)}`, formatClock(duration_s)];
  if (deleted_at) facts.push(formatDaysLeft(deleted_at));
  return (
    <Group justify="space-between" wrap="nowrap" gap="xs">
      <Text size="xs" c="dimmed" truncate>
        {facts.join(", ")}
      </Text>
      <Button
        size="compact-xs"
        variant="default"
        flex="none"
        onClick={() => restore.mutate()}
        loading={restore.isPending}
      >
        Restore
      </Button>
    </Group>
  );
}
