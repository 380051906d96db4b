import { ActionIcon, Badge, Group, Menu, Modal, Switch, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { modals } from "@mantine/modals";
import { IconDots, IconListDetails, IconPencil, IconSend, IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Webhook } from "@/api/types";
import {
  changeWebhook,
  deleteWebhook,
  deliveriesQuery,
  pingWebhook,
  webhooksQuery,
} from "@/api/webhooks";
import { StatusBadge } from "@/components/StatusBadge";
import { Deliveries } from "./Deliveries";
import { WebhookDialog } from "./WebhookDialog";
import { stateWord, wantedWords } from "./webhookWords";

interface Props {
  hook: Webhook;
  project: number;
  onSecret: (secret: string) => void;
}

/** One webhook: what it is told of, how that went last, and what can be done with it. */
export function WebhookRow({ hook, project, onSecret }: Props) {
  const queries = useQueryClient();
  const [isEdited, edited] = useDisclosure(false);
  const [isRead, read] = useDisclosure(false);
  const refresh = () => queries.invalidateQueries(webhooksQuery(project));
  const turn = useMutation({
    mutationFn: (is_on: boolean) => changeWebhook(hook.id, { is_on }),
    onSettled: refresh,
  });
  const remove = useMutation({ mutationFn: () => deleteWebhook(hook.id), onSettled: refresh });
  const ping = useMutation({
    mutationFn: () => pingWebhook(hook.id),
    onSuccess: async () => {
      await queries.invalidateQueries(deliveriesQuery(hook));
      read.open();
    },
    onSettled: refresh,
  });
  const ask = () =>
    modals.openConfirmModal({
      title: "Delete this webhook?",
      children: (
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {hook.url} is told of nothing more, and its log is deleted. This cannot be undone; to stop
          for a while, switch it off.
        </Text>
      ),
      labels: { confirm: "Delete the webhook", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });
  const isOn = turn.isPending ? turn.variables : hook.is_on;
  const close = () => {
    read.close();
    refresh();
  };

  return (
    <Group gap="xs" wrap="nowrap" role="listitem" aria-label={hook.url}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <Text size="sm" fw={550} truncate title={hook.url}>
          {hook.url}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {wantedWords(hook)}
        </Text>
      </div>
      {hook.last_state === null ? (
        <Badge color="gray">Nothing yet</Badge>
      ) : (
        <StatusBadge status={hook.last_state} word={stateWord(hook.last_state)} />
      )}
      <Switch
        size="xs"
        aria-label={`${hook.url} is on`}
        checked={isOn}
        disabled={turn.isPending}
        onChange={(event) => turn.mutate(event.currentTarget.checked)}
      />
      <Tooltip label="Deliveries">
        <ActionIcon aria-label={`Deliveries to ${hook.url}`} onClick={read.open}>
          <IconListDetails size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${hook.url}`} loading={ping.isPending}>
            <IconDots size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconSend size={15} aria-hidden />}
            disabled={!hook.is_on}
            onClick={() => ping.mutate()}
          >
            Send a test
          </Menu.Item>
          <Menu.Item leftSection={<IconPencil size={15} aria-hidden />} onClick={edited.open}>
            Change
          </Menu.Item>
          <Menu.Item
            color="var(--mantine-color-error)"
            leftSection={<IconTrash size={15} aria-hidden />}
            onClick={ask}
          >
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <WebhookDialog {...{ project, hook, onSecret }} opened={isEdited} onClose={edited.close} />
      <Modal opened={isRead} onClose={close} title="Deliveries" size={720}>
        <Deliveries hook={hook} />
      </Modal>
    </Group>
  );
}
