import { Table, Text } from "@mantine/core";

interface Props {
  value: string;
  /** What it was measured on, or how sure it is: below it, in grey. */
  note: string;
  align?: "left" | "right";
  /** Of the value. */
  color?: string | undefined;
}

/** A cell of a table of figures. */
export function FigureCell({ value, note, align = "right", color }: Props) {
  return (
    <Table.Td ta={align}>
      <Text span inherit c={color}>
        {value}
      </Text>
      <Text size="xs" c="dimmed">
        {note}
      </Text>
    </Table.Td>
  );
}
