import { Center, Loader, Stack, Table, Text, VisuallyHidden } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { Webhook } from "@/api/types";
import { deliveriesQuery } from "@/api/webhooks";
import { ErrorState } from "@/components/ErrorState";
import { ShowMore } from "@/components/ShowMore";
import { DeliveryRow } from "./DeliveryRow";

/** What a webhook was told in the last month, the newest first. */
export function Deliveries({ hook }: { hook: Webhook }) {
  const found = useInfiniteQuery(deliveriesQuery(hook));
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];

  if (found.error) return <ErrorState error={found.error} onRetry={() => found.refetch()} />;
  if (found.isPending)
    return (
      <Center>
        <Loader size="sm" aria-label="Loading" />
      </Center>
    );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
        To {hook.url}
        {!hook.is_on && ", which is switched off: nothing is sent"}
      </Text>
      {rows.length === 0 ? (
        <Text size="sm">It was told nothing yet. “Send a test” shows whether it is reached.</Text>
      ) : (
        <Table aria-label="Deliveries" horizontalSpacing={6}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>What</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Answer</Table.Th>
              <Table.Th ta="right" pr="xl">
                Attempts
              </Table.Th>
              <Table.Th>When</Table.Th>
              <Table.Th>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((delivery) => (
              <DeliveryRow key={delivery.id} delivery={delivery} hook={hook} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      <ShowMore query={found} isCompact />
    </Stack>
  );
}
