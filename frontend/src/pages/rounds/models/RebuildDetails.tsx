import { Code, Table, Text } from "@mantine/core";
import type { Rebuild } from "@/api/types";
import { digestWords, isEqual } from "./rebuildWords";

/** Each file of a model beside what was made again, and what was not as it had been. */
export function RebuildDetails({ rebuild: { files, changes } }: { rebuild: Rebuild }) {
  return (
    <>
      <Table.ScrollContainer minWidth={560}>
        <Table aria-label="Files compared" verticalSpacing="xs">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>File</Table.Th>
              <Table.Th>Verdict</Table.Th>
              <Table.Th>Recorded</Table.Th>
              <Table.Th>Made again</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {files.map((file) => (
              <Table.Tr key={file.name}>
                <Table.Td>
                  {file.name}
                  {file.note && (
                    <Text size="xs" c="dimmed">
                      {file.note}
                    </Text>
                  )}
                </Table.Td>
                <Table.Td c={isEqual(file) ? undefined : "var(--mantine-color-error)"}>
                  {isEqual(file) ? "Equal" : "Differs"}
                </Table.Td>
                <Table.Td>
                  <Code>{digestWords(file.recorded)}</Code>
                </Table.Td>
                <Table.Td>
                  <Code>{digestWords(file.made)}</Code>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      {changes.length === 0 ? (
        <Text size="sm" c="dimmed">
          Code, libraries and machine were as when it was trained.
        </Text>
      ) : (
        <>
          <Text size="sm">Not as when it was trained:</Text>
          {changes.map((change) => (
            <Text key={change} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {change}
            </Text>
          ))}
        </>
      )}
    </>
  );
}
