import { ActionIcon, Button, Code, Group, Stack, Table, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Delivery, Webhook } from "@/api/types";
import { deliveriesQuery, sendAgain } from "@/api/webhooks";
import { formatAgo, formatMoment } from "@/components/format";
import { StatusBadge } from "@/components/StatusBadge";
import { answerWords, attemptWords, eventWords, stateWord } from "./webhookWords";

/** One delivery: how it went, and, when opened, what was sent. */
export function DeliveryRow({ delivery, hook }: { delivery: Delivery; hook: Webhook }) {
  const queries = useQueryClient();
  const [isOpen, { toggle }] = useDisclosure(false);
  const again = useMutation({
    mutationFn: () => sendAgain(delivery.id),
    onSettled: () => queries.invalidateQueries(deliveriesQuery(hook)),
  });
  const { state, attempts, status, error, created_at } = delivery;
  const what = eventWords(delivery.event);
  const isNew = state === "waiting" && attempts === 0; // on its way already
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;

  return (
    <>
      <Table.Tr>
        <Table.Td>
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              size="sm"
              aria-label={`What was sent: ${what}`}
              aria-expanded={isOpen}
              onClick={toggle}
            >
              <Chevron size={15} aria-hidden />
            </ActionIcon>
            {what}
          </Group>
        </Table.Td>
        <Table.Td>
          <StatusBadge status={state} word={stateWord(state, attempts)} />
        </Table.Td>
        <Table.Td className="tabular">{answerWords({ attempts, status })}</Table.Td>
        <Table.Td className="tabular" ta="right" pr="xl">
          {attempts}
        </Table.Td>
        <Table.Td title={formatMoment(created_at)}>{formatAgo(created_at)}</Table.Td>
        <Table.Td ta="right">
          <Tooltip label="Switched off" disabled={hook.is_on}>
            <Button
              size="compact-xs"
              variant="default"
              disabled={isNew || !hook.is_on}
              loading={again.isPending}
              onClick={() => again.mutate()}
            >
              {state === "waiting" ? "Deliver now" : "Deliver again"}
            </Button>
          </Tooltip>
        </Table.Td>
      </Table.Tr>
      {isOpen && (
        <Table.Tr>
          <Table.Td colSpan={6}>
            <Stack gap={6}>
              <Text size="xs" c="dimmed">
                {attemptWords(delivery)}
                {error && `. ${error}`}
              </Text>
              <Code block tabIndex={0} aria-label="Body">
                {JSON.stringify(delivery.payload, null, 2)}
              </Code>
              <Text size="xs" c="dimmed" ff="monospace">
                Anneal-Event: {delivery.event}
                <br />
                Anneal-Delivery: {delivery.id}
              </Text>
            </Stack>
          </Table.Td>
        </Table.Tr>
      )}
    </>
  );
}
