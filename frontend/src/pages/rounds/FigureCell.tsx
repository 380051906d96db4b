import { Table, Text } from "@mantine/core";

interface Props {
  value: string;
  /** What it was measured on, or how sure it is: below it, in grey. */
  note: string;
}

/** A cell of a table of figures. */
export function FigureCell({ value, note }: Props) {
  return (
    <Table.Td ta="right">
      {value}
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Table.Td>
  );
}
