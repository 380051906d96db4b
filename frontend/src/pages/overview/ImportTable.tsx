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

/** Files on their way that are listed; the rest is a number. */
const SHOWN = 8;
const POLL_MS = 1500;

interface Props {
  project: number;
  items: readonly UploadItem[];
}

/** Files on their way first, then what became of the latest ones. */
export function ImportTable({ project, items }: Props) {
  const uploads = useInfiniteQuery({
    ...uploadsQuery(project),
    refetchInterval: ({ state }) =>
      items.some((item) => item.state !== "failed") ||
      state.data?.pages.some((page) => page.results.some((row) => row.state === "checking"))
        ? POLL_MS
        : false,
  });
  const rows = uploads.data?.pages.flatMap((page) => page.results) ?? [];
  const known = new Set(rows.filter((row) => row.state !== "pending").map((row) => row.id));
  const local = items.filter((item) => !known.has(item.id));
  const localIds = new Set(local.map((item) => item.id));
  const remote = rows.filter((row) => !localIds.has(row.id));
  const leaveOut = useLeaveOut(project);
  const allSent = items.length > 0 && local.length === 0;

  useEffect(() => {
    if (allSent) queueOf(project).clearSent();
  }, [allSent, project]);

  if (local.length + remote.length === 0) return null;
  return (
    <Box mt="md">
      <Summary local={local} rows={remote} />
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
            {local.slice(0, SHOWN).map((item) => (
              <LocalRow
                key={item.id}
                item={item}
                onRetry={() => queueOf(project).retry(item.id)}
                onLeaveOut={() => leaveOut(item)}
              />
            ))}
            {local.length > SHOWN && (
              <Table.Tr>
                <Table.Td colSpan={3}>
                  <Text size="sm" c="dimmed">
                    and {plural(local.length - SHOWN, "more file")} on their way
                  </Text>
                </Table.Td>
              </Table.Tr>
            )}
            {remote.map((row) => (
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

function Summary({ local, rows }: { local: readonly UploadItem[]; rows: UploadRow[] }) {
  const total = local.reduce((sum, item) => sum + item.bytes, 0);
  const sent = local.reduce((sum, item) => sum + item.sentBytes, 0);
  const refused = rows.filter((row) => row.state === "refused").length;
  if (local.length > 0)
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
  if (refused === 0) return null;
  return (
    <Text size="sm" c="dimmed" mb="xs">
      {plural(refused, "file was", "files were")} refused; the reason is below the name.
    </Text>
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
