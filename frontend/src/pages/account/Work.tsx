import { Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workQuery } from "@/api/session";
import type { Work as AllWork, WorkRow } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { formatCount, formatDay, formatDuration } from "@/components/format";
import { Section } from "@/components/Section";
import { sumOf, workWords } from "./work-words";

/** What Anneal counts of a person, shown to that person. */
export function Work() {
  const { data: work, error, isPending, refetch } = useQuery(workQuery);
  return (
    <Section
      title="Your work"
      description="Of the last two weeks, by the days of this device. Nobody else is shown these sums."
    >
      {isPending && <Skeleton height={72} />}
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {work?.rows.length === 0 && (
        <Text size="sm" c="dimmed">
          No work in the last two weeks.
        </Text>
      )}
      {work && work.rows.length > 0 && <Sums {...work} />}
    </Section>
  );
}

function Sums({ today, rows }: AllWork) {
  const ofToday = rows.filter(({ day }) => day === today);
  return (
    <>
      <Text size="sm" fw={500} mb="xs">
        Today: {workWords(sumOf(ofToday))}
      </Text>
      <Table className="tabular" horizontalSpacing={0} aria-label="Your work by day">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Day</Table.Th>
            <Table.Th>Project</Table.Th>
            <Table.Th ta="right">Finished</Table.Th>
            <Table.Th ta="right">Reviewed</Table.Th>
            <Table.Th ta="right">Masks</Table.Th>
            <Table.Th ta="right">Time at images</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Row key={`${row.day} ${row.project}`} row={row} day={formatDay(row.day, today)} />
          ))}
        </Table.Tbody>
      </Table>
      <Text size="xs" c="dimmed" mt="xs">
        Masks are those that you made, corrected or accepted and that are still there. The time of
        an image counts once you finish it or give it back; of a pause, 15 seconds count. Describing
        is not in it.
      </Text>
    </>
  );
}

function Row({ row, day }: { row: WorkRow; day: string }) {
  return (
    <Table.Tr>
      <Table.Td pr="md" style={{ whiteSpace: "nowrap" }}>
        {day}
      </Table.Td>
      <Table.Td pr="md">{row.project_name}</Table.Td>
      <Table.Td ta="right">{formatCount(row.finished)}</Table.Td>
      <Table.Td ta="right">{formatCount(row.reviewed)}</Table.Td>
      <Table.Td ta="right">{formatCount(row.masks)}</Table.Td>
      <Table.Td ta="right" style={{ whiteSpace: "nowrap" }}>
        {formatDuration(row.active_s)}
      </Table.Td>
    </Table.Tr>
  );
}
