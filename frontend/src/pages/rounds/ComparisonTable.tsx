import { Table, Text, Tooltip } from "@mantine/core";
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

interface Props {
  label: string;
  of?: string; // what a row is about
  before: string; // whose figures stand first
  after: string; // whose stand beside them
  rows: readonly Comparison[];
}

/** One model's figures on the holdout beside those of another. */
export function ComparisonTable({ label, of = "Measure", before, after, rows }: Props) {
  const hasIntervals = rows.some(({ interval }) => interval !== undefined);
  return (
    <Table className="tabular" aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{of}</Table.Th>
          <Table.Th ta="right">{before}</Table.Th>
          <Table.Th ta="right">{after}</Table.Th>
          <Table.Th ta="right">Difference</Table.Th>
          {hasIntervals && <Table.Th ta="right">95 % interval</Table.Th>}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.title}>
            <Table.Td>
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
        ))}
      </Table.Tbody>
    </Table>
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
