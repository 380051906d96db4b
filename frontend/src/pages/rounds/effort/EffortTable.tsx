import { Table, Tooltip } from "@mantine/core";
import type { EffortBy, EffortRow } from "@/api/types";
import { formatCount } from "@/components/format";
import { FigureCell } from "../FigureCell";
import { cellWords, columnsBy, GROUPINGS, rowTitle } from "./effortRows";

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
              <FigureCell
                value={formatCount(row.images)}
                note={row.unfinished ? `${formatCount(row.unfinished)} begun` : ""}
              />
              <Table.Td ta="right">{formatCount(row.masks)}</Table.Td>
              {columns.map((column) => {
                const { value, spread } = cellWords(row, column);
                return <FigureCell key={column.of} value={value} note={spread} />;
              })}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
