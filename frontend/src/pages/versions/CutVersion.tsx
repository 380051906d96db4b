import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Project } from "@/api/types";
import { cutVersion, versionsQuery } from "@/api/versions";
import { plural } from "@/components/format";

interface Props {
  project: Project;
  opened: boolean;
  onClose: () => void;
}

export function CutVersion({ project, opened, onClose }: Props) {
  const queries = useQueryClient();
  const [note, setNote] = useState("");
  const { done, reviewed } = project.counts;
  const cut = useMutation({
    mutationFn: () => cutVersion(project.id, note),
    onSuccess: async (version) => {
      const known = queries.getQueryData(versionsQuery(project.id).queryKey) ?? [];
      const isKnown = known.some(({ id }) => id === version.id);
      onClose();
      setNote("");
      await queries.invalidateQueries(versionsQuery(project.id));
      const id = version.id.slice(0, 8);
      notifications.show({
        color: "teal",
        message: isKnown
          ? `Nothing has changed since: this is version ${id}, which was cut before.`
          : `Version ${id} holds ${plural(version.counts.masks, "mask")}.`,
      });
    },
  });

  return (
    <Modal opened={opened} onClose={onClose} title="Cut a version">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          cut.mutate();
        }}
      >
        <Stack gap="md">
          <Text size="sm" c="dimmed">
            All that was made so far: masks, transcripts and captions of{" "}
            {plural(done + reviewed, "finished image")} and of the unfinished ones that were begun.
            Later changes do not touch the version.
          </Text>
          <Textarea
            label="Note"
            placeholder="What this version is for"
            autosize
            minRows={2}
            maxLength={1000}
            data-autofocus
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={cut.isPending}>
              Cut version
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
