import { Table, Tooltip } from "@mantine/core";
import type { EffortBy, EffortRow } from "@/api/types";
import { formatCount } from "@/components/format";
import { FigureCell } from "../FigureCell";
import { columnsBy, figureWords, GROUPINGS, rowTitle } from "./effortRows";

interface Props {
  by: EffortBy;
  rows: readonly EffortRow[];
}

/** What finished masks cost, a row for each group, in the form of SAM 2's Table 1. */
export function EffortTable({ by, rows }: Props) {
  const columns = columnsBy(by);
  return (
    <Table.ScrollContainer minWidth={860} scrollAreaProps={{ offsetScrollbars: "present" }}>
      <Table className="tabular" aria-label="Effort per mask">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{GROUPINGS.find(({ value }) => value === by)?.label}</Table.Th>
            <Table.Th ta="right">Images</Table.Th>
            <Table.Th ta="right">Masks</Table.Th>
            {columns.map(({ title, explanation }) => (
              <Table.Th key={title} ta="right">
                <Tooltip label={explanation}>
                  <span>{title}</span>
                </Tooltip>
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <Table.Tr key={`${row.key} ${row.arm}`}>
              <Table.Td>{rowTitle(row, by)}</Table.Td>
              <Table.Td ta="right">{formatCount(row.images)}</Table.Td>
              <Table.Td ta="right">{formatCount(row.masks)}</Table.Td>
              {columns.map(({ of, format }) => {
                const { value, spread } = figureWords(row[of], format);
                return <FigureCell key={of} value={value} note={spread} />;
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
