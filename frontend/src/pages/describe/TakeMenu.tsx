import { ActionIcon, Menu, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconDots, IconTrash, IconVolumeOff } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { deleteVoice, descriptionsQuery } from "@/api/descriptions";
import { projectQuery } from "@/api/projects";
import { sessionQuery } from "@/api/session";
import type { Recording } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { useRemoveTake } from "./useRemoveTake";

/** What its speaker or a manager may do with a take; nothing to see for anybody else. */
export function TakeMenu({ recording, image }: { recording: Recording; image: number }) {
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const { data: project } = useQuery(projectQuery(useProjectId()));
  const removal = useRemoveTake(image);
  const silence = useMutation({
    mutationFn: () => deleteVoice(recording.id),
    onSuccess: () => queries.invalidateQueries(descriptionsQuery(image)),
  });
  const isOwn = session?.user?.username === recording.user;
  if (!isOwn && project?.role !== "manager") return null;

  const ask = () =>
    modals.openConfirmModal({
      title: "Delete the voice of this take?",
      children: (
        <Text size="sm">
          The audio and the pointer trace are deleted for good, at once. The texts stay as they are.
        </Text>
      ),
      labels: { confirm: "Delete the voice", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => silence.mutate(),
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" aria-label="Actions for this take">
          <IconDots size={16} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => removal.mutate(recording.id)}
        >
          Remove the take
        </Menu.Item>
        {recording.has_voice && (
          <Menu.Item
            color="var(--mantine-color-error)"
            leftSection={<IconVolumeOff size={16} aria-hidden />}
            onClick={ask}
          >
            Delete the voice…
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
