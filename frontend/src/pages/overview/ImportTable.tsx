import {
  ActionIcon,
  Box,
  Button,
  Center,
  Group,
  Progress,
  ScrollArea,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconRefresh, IconX } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { messageOf } from "@/api/problem";
import type { UploadRow } from "@/api/types";
import { isInPart, uploadsQuery } from "@/api/uploads";
import { formatBytes, plural } from "@/components/format";
import { StatusBadge } from "@/components/StatusBadge";
import type { UploadItem } from "@/upload/queue";
import { queueOf } from "@/upload/queues";
import { type ImportRows, sortRows } from "./importRows";

const POLL_MS = 1500;

interface Props {
  project: number;
  items: readonly UploadItem[];
}

/** Files that failed or are on their way first, then what became of the latest ones. */
export function ImportTable({ project, items }: Props) {
  const uploads = useInfiniteQuery({
    ...uploadsQuery(project),
    refetchInterval: ({ state }) =>
      items.some((item) => item.state !== "failed") ||
      state.data?.pages.some((page) => page.results.some((row) => row.state === "checking"))
        ? POLL_MS
        : false,
  });
  const pages = uploads.data?.pages ?? [];
  const askedAt = pages[0]?.askedAt ?? 0; // when its newest rows were
  const rows = sortRows(
    items,
    pages.flatMap((page) => page.results),
    askedAt,
  );
  const leaveOut = useLeaveOut(project);

  useEffect(() => {
    if (rows.settled.length > 0) queueOf(project).settle(rows.settled);
  }, [rows.settled, project]);

  if (rows.listed.length + rows.remote.length === 0) return null;
  return (
    <Box mt="md">
      <Summary rows={rows} onRetryAll={() => queueOf(project).retryFailed()} />
      <ScrollArea.Autosize
        mah={360}
        type="auto"
        offsetScrollbars="present"
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Files" }}
      >
        <Table layout="fixed" horizontalSpacing={0} aria-label="Imported files">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th w={96}>Result</Table.Th>
              <Table.Th w={52}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.listed.map((item) => (
              <LocalRow
                key={item.id}
                item={item}
                onRetry={() => queueOf(project).retry(item.id)}
                onLeaveOut={() => leaveOut(item)}
              />
            ))}
            {rows.unlisted.map((words) => (
              <Table.Tr key={words}>
                <Table.Td colSpan={3}>
                  <Text size="sm" c="dimmed">
                    {words}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
            {rows.remote.map((row) => (
              <RemoteRow
                key={row.id}
                row={row}
                onLeaveOut={() => leaveOut({ id: row.id, name: row.file_name })}
              />
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      {uploads.hasNextPage && (
        <Center mt="xs">
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => uploads.fetchNextPage()}
            loading={uploads.isFetchingNextPage}
          >
            Show older files
          </Button>
        </Center>
      )}
    </Box>
  );
}

/** Tells of a file that stays, and has the list read anew in any case. */
function useLeaveOut(project: number): (file: Pick<UploadItem, "id" | "name">) => void {
  const queryClient = useQueryClient();
  const { mutate } = useMutation({
    networkMode: "always", // offline it fails, and says so
    meta: { shownInPlace: true },
    mutationFn: ({ id }: Pick<UploadItem, "id" | "name">) => queueOf(project).cancel(id),
    onError: (error, { name }) =>
      notifications.show({
        color: "red",
        title: "Not left out",
        message: `${name}: ${messageOf(error)}`,
      }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: uploadsQuery(project).queryKey }),
  });
  return mutate;
}

interface SummaryProps {
  rows: ImportRows;
  onRetryAll: () => void;
}

function Summary({ rows, onRetryAll }: SummaryProps) {
  const moving = [...rows.onTheirWay, ...rows.justSent];
  const refused = rows.remote.filter((row) => row.state === "refused").length;
  return (
    <>
      {moving.length > 0 && <ProgressOfAll items={moving} />}
      {rows.failed.length > 1 && (
        <Group gap="sm" mb="xs" justify="space-between">
          <Text size="sm" c="var(--mantine-color-error)">
            {plural(rows.failed.length, "file")} failed; the reason is below the name.
          </Text>
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconRefresh size={15} aria-hidden />}
            onClick={onRetryAll}
          >
            Try all again
          </Button>
        </Group>
      )}
      {rows.listed.length === 0 && refused > 0 && (
        <Text size="sm" c="dimmed" mb="xs">
          {plural(refused, "file was", "files were")} refused; the reason is below the name.
        </Text>
      )}
    </>
  );
}

function ProgressOfAll({ items }: { items: readonly UploadItem[] }) {
  const total = items.reduce((sum, item) => sum + item.bytes, 0);
  const sent = items.reduce((sum, item) => sum + item.sentBytes, 0);
  return (
    <Group gap="sm" mb="xs" wrap="nowrap">
      <Progress
        value={total ? (100 * sent) / total : 100}
        size={6}
        flex={1}
        aria-label="Upload of all files"
      />
      <Text size="xs" c="dimmed" className="tabular">
        {formatBytes(sent)} of {formatBytes(total)}
      </Text>
    </Group>
  );
}

interface LocalRowProps {
  item: UploadItem;
  onRetry: () => void;
  onLeaveOut: () => void;
}

function LocalRow({ item, onRetry, onLeaveOut }: LocalRowProps) {
  return (
    <Table.Tr>
      <Table.Td pr="md">
        <Text size="sm" truncate title={item.name}>
          {item.name}
        </Text>
        {item.message ? (
          <Text size="xs" c={item.state === "failed" ? "var(--mantine-color-error)" : "dimmed"}>
            {item.message}
          </Text>
        ) : (
          <Progress
            value={item.bytes ? (100 * item.sentBytes) / item.bytes : 100}
            size={3}
            mt={4}
            aria-label={`Upload of ${item.name}`}
          />
        )}
      </Table.Td>
      <Table.Td>
        <StatusBadge
          status={
            item.state === "waiting" ? "queued" : item.state === "sent" ? "checking" : item.state
          }
        />
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap" justify="flex-end">
          {item.state === "failed" && (
            <Tooltip label="Try again">
              <ActionIcon size="sm" aria-label={`Try again: ${item.name}`} onClick={onRetry}>
                <IconRefresh size={15} aria-hidden />
              </ActionIcon>
            </Tooltip>
          )}
          {item.state !== "sent" && <LeaveOut name={item.name} onClick={onLeaveOut} />}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

function LeaveOut({ name, onClick }: { name: string; onClick: () => void }) {
  return (
    <Tooltip label="Leave out">
      <ActionIcon size="sm" aria-label={`Leave out: ${name}`} onClick={onClick}>
        <IconX size={15} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function RemoteRow({ row, onLeaveOut }: { row: UploadRow; onLeaveOut: () => void }) {
  const isPending = row.state === "pending";
  const isWanting = row.state === "refused" || isInPart(row);
  return (
    <Table.Tr>
      <Table.Td pr="md">
        <Text size="sm" truncate title={row.file_name}>
          {row.file_name}
        </Text>
        {row.message && (
          <Text size="xs" c={isWanting ? "var(--mantine-color-error)" : "dimmed"}>
            {row.message}
          </Text>
        )}
      </Table.Td>
      <Table.Td colSpan={isPending ? 1 : 2}>
        <StatusBadge status={isInPart(row) ? "in part" : row.state} />
      </Table.Td>
      {isPending && (
        <Table.Td>
          <Group justify="flex-end">
            <LeaveOut name={row.file_name} onClick={onLeaveOut} />
          </Group>
        </Table.Td>
      )}
    </Table.Tr>
  );
}
