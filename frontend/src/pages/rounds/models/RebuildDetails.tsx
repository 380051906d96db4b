import { Code, Stack, Table, Text } from "@mantine/core";
import type { Rebuild } from "@/api/types";
import { ComparisonTable } from "../ComparisonTable";
import { captionRows } from "../captions/captionWords";
import { HoldoutFigures } from "../HoldoutFigures";
import { digestWords, isEqual } from "./rebuildWords";

const SIDES = { before: "Recorded", after: "Made again" };

/** Each file of a model beside what was made again, what both are worth, and what was not as then. */
export function RebuildDetails({ rebuild }: { rebuild: Rebuild }) {
  const { files, changes } = rebuild;
  return (
    <Stack gap="md">
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
        <div>
          <Text size="sm">Not as when it was trained:</Text>
          {changes.map((change) => (
            <Text key={change} size="xs" c="dimmed" style={{ overflowWrap: "anywhere" }}>
              {change}
            </Text>
          ))}
        </div>
      )}
      {rebuild.verdict && <Worth rebuild={rebuild} />}
    </Stack>
  );
}

/** How both do on the holdout, where files differ. */
function Worth({ rebuild: { metrics, verdict, is_within_noise } }: { rebuild: Rebuild }) {
  const described = metrics.captions;
  return (
    <div>
      <Text
        size="sm"
        mb="xs"
        c={is_within_noise === false ? "var(--mantine-color-error)" : undefined}
      >
        {verdict}
      </Text>
      <HoldoutFigures metrics={metrics} {...SIDES} />
      {described && (
        <ComparisonTable
          label="Figures of descriptions compared"
          {...SIDES}
          rows={captionRows(described)}
        />
      )}
    </div>
  );
}
