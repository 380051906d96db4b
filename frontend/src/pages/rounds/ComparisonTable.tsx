import { type MantineSpacing, Table, Text, Tooltip } from "@mantine/core";
import { formatChange, NOTHING } from "./figures";

export interface Comparison {
  title: string;
  explanation: string;
  digits: number;
  serving: string;
  candidate: string;
  change: number | null; // null: there is nothing to compare with
  moreIsBetter: boolean;
  interval: { low: number; high: number } | undefined;
}

/** Rows beneath a heading of their own. */
export interface ComparisonGroup {
  title: string;
  explanation: string;
  note: string | null; // what must be known of all its rows
  rows: readonly Comparison[];
}

interface Names {
  label: string;
  of?: string; // what a row is about
  before: string; // whose figures stand first
  after: string; // whose stand beside them
}

/** One model's figures on the holdout beside those of another. */
export function ComparisonTable({ rows, ...names }: Names & { rows: readonly Comparison[] }) {
  const hasIntervals = haveIntervals(rows);
  return (
    <Table className="tabular" aria-label={names.label}>
      <Head {...names} hasIntervals={hasIntervals} />
      <Table.Tbody>
        {rows.map((row) => (
          <Row key={row.title} row={row} hasIntervals={hasIntervals} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** The same in groups, each of which has several figures. */
export function GroupedComparison({
  groups,
  ...names
}: Names & { groups: readonly ComparisonGroup[] }) {
  const hasIntervals = groups.some(({ rows }) => haveIntervals(rows));
  return (
    <Table className="tabular" aria-label={names.label}>
      <Head {...names} hasIntervals={hasIntervals} />
      {groups.map(({ title, explanation, note, rows }) => (
        <Table.Tbody key={title}>
          <Table.Tr bg="var(--mantine-color-default-hover)">
            <Table.Th scope="rowgroup" colSpan={hasIntervals ? 5 : 4} c="var(--mantine-color-text)">
              <Tooltip label={explanation}>
                <span>{title}</span>
              </Tooltip>
              {note && (
                <Text span size="xs" fw={400} c="dimmed" ml="sm">
                  {note}
                </Text>
              )}
            </Table.Th>
          </Table.Tr>
          {rows.map((row) => (
            <Row key={row.title} row={row} hasIntervals={hasIntervals} indent="xl" />
          ))}
        </Table.Tbody>
      ))}
    </Table>
  );
}

function haveIntervals(rows: readonly Comparison[]): boolean {
  return rows.some(({ interval }) => interval !== undefined);
}

function Head({ of = "Measure", before, after, hasIntervals }: Names & { hasIntervals: boolean }) {
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th>{of}</Table.Th>
        <Table.Th ta="right">{before}</Table.Th>
        <Table.Th ta="right">{after}</Table.Th>
        <Table.Th ta="right">Difference</Table.Th>
        {hasIntervals && <Table.Th ta="right">95 % interval</Table.Th>}
      </Table.Tr>
    </Table.Thead>
  );
}

interface RowProps {
  row: Comparison;
  hasIntervals: boolean;
  indent?: MantineSpacing;
}

function Row({ row, hasIntervals, indent }: RowProps) {
  return (
    <Table.Tr>
      <Table.Td pl={indent}>
        <Tooltip label={row.explanation}>
          <span>{row.title}</span>
        </Tooltip>
      </Table.Td>
      <Table.Td ta="right">{row.serving}</Table.Td>
      <Table.Td ta="right" fw={600}>
        {row.candidate}
      </Table.Td>
      <Table.Td ta="right">
        <Change {...row} />
      </Table.Td>
      {hasIntervals && (
        <Table.Td ta="right" c="dimmed">
          {row.interval &&
            `${formatChange(row.interval.low, row.digits)} to ${formatChange(row.interval.high, row.digits)}`}
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function Change({ change, moreIsBetter, digits }: Comparison) {
  if (change === null) return NOTHING;
  const isBetter = moreIsBetter ? change > 0 : change < 0;
  const color = change === 0 ? undefined : isBetter ? "teal" : "orange";
  return (
    <Text
      span
      inherit
      fw={550}
      c={color && `var(--mantine-color-${color}-light-color)`}
      aria-label={`${formatChange(change, digits)}, ${isBetter ? "better" : "not better"}`}
    >
      {formatChange(change, digits)}
    </Text>
  );
}
