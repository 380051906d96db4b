import { Button, Center, Group, Loader, ScrollArea, Stack, Table, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { downloadRefusedRows, importProblemsQuery, importProblemsUrl } from "@/api/datasetImports";
import { messageOf } from "@/api/problem";
import type { DatasetImport } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { ShowMore } from "@/components/ShowMore";
import { SendAgain } from "./SendAgain";

/** What of a dataset cannot be used: where that stands, and why; all of it as a table to keep. */
export function ImportProblems({ item, project }: { item: DatasetImport; project: number }) {
  const problems = useInfiniteQuery(importProblemsQuery(item.id));
  const rows = problems.data?.pages.flatMap((page) => page.results) ?? [];

  if (problems.error)
    return <ErrorState error={problems.error} onRetry={() => problems.refetch()} />;
  if (problems.isPending)
    return (
      <Center>
        <Loader size="sm" aria-label="Loading" />
      </Center>
    );
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {item.bucket
          ? "Mend these in the bucket and import what is new there"
          : "Mend these and send the dataset again, or a file of it with what it needs"}
        . Or download the refused rows alone, mend them and send that zip. What has come in already
        is not doubled.
      </Text>
      <Group gap="xs">
        {!item.bucket && <SendAgain item={item} project={project} />}
        <RefusedRows item={item} />
        <Button
          component="a"
          href={importProblemsUrl(item.id)}
          size="compact-sm"
          variant="default"
          leftSection={<IconDownload size={15} aria-hidden />}
        >
          Download as CSV
        </Button>
      </Group>
      <ScrollArea.Autosize
        mah={420}
        viewportProps={{ tabIndex: 0, role: "region", "aria-label": "Parts" }}
      >
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>Where</Table.Th>
              <Table.Th>Why</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end.
              <Table.Tr key={place}>
                <Table.Td>{row.file}</Table.Td>
                <Table.Td className="tabular">{placeWords(row)}</Table.Td>
                <Table.Td>{row.fault}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollArea.Autosize>
      <ShowMore query={problems} isCompact />
    </Stack>
  );
}

/** Whoever has them no more is told so, in place of a page with the answer. */
function RefusedRows({ item }: { item: DatasetImport }) {
  const download = useMutation({
    meta: { shownInPlace: true },
    mutationFn: () => downloadRefusedRows(item.id),
    onError: (error) =>
      notifications.show({
        title: "The refused rows are not here",
        message: messageOf(error),
        color: "red",
      }),
  });
  return (
    <Button
      size="compact-sm"
      variant="default"
      leftSection={<IconDownload size={15} aria-hidden />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      Download refused rows
    </Button>
  );
}

/** "annotations[3]", or "line 3" where it is no list. */
function placeWords({ field, row }: { field: string; row: number | null }): string {
  if (row === null) return field;
  return field ? `${field}[${row}]` : `line ${row}`;
}
