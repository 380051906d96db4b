import { Table, Text, Title, Tooltip } from "@mantine/core";
import type { Round } from "@/api/types";
import { formatChange } from "../figures";
import { CAPTION_FIGURES, comparedOn } from "./captionWords";

/** The candidate's descriptions against those of the bundle that served; nothing without any. */
export function CaptionTable({ metrics }: { metrics: Round["metrics"] }) {
  const { serving, candidate, difference } = metrics.captions ?? {};
  if (!candidate) return null;
  return (
    <section aria-label="Descriptions on the holdout">
      <Title order={3} mb={2}>
        Descriptions
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {comparedOn(candidate, serving)}
      </Text>
      <Table className="tabular" aria-label="Figures of descriptions">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Measure</Table.Th>
            <Table.Th ta="right">
              {serving?.by === "neighbours" ? "Images alike" : "Serving"}
            </Table.Th>
            <Table.Th ta="right">Candidate</Table.Th>
            <Table.Th ta="right">Difference</Table.Th>
            <Table.Th ta="right">95 % interval</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {CAPTION_FIGURES.map(({ name, title, explanation, digits }) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Tooltip label={explanation}>
                  <span>{title}</span>
                </Tooltip>
              </Table.Td>
              <Table.Td ta="right">{serving?.[name].toFixed(digits) ?? "—"}</Table.Td>
              <Table.Td ta="right" fw={600}>
                {candidate[name].toFixed(digits)}
              </Table.Td>
              <Table.Td ta="right">
                {serving ? <Change by={candidate[name] - serving[name]} digits={digits} /> : "—"}
              </Table.Td>
              <Table.Td ta="right" c="dimmed">
                {name === "cider" && difference
                  ? `${formatChange(difference.low, digits)} to ${formatChange(difference.high, digits)}`
                  : ""}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

function Change({ by, digits }: { by: number; digits: number }) {
  const words = formatChange(by, digits);
  const color = by === 0 ? undefined : by > 0 ? "teal" : "orange";
  return (
    <Text
      span
      inherit
      fw={550}
      c={color && `var(--mantine-color-${color}-light-color)`}
      aria-label={`${words}, ${by > 0 ? "better" : "not better"}`}
    >
      {words}
    </Text>
  );
}
