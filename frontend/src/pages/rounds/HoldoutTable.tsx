import { Table, Text, Title, Tooltip } from "@mantine/core";
import type { Difference, Figures, Round } from "@/api/types";
import { plural } from "@/components/format";
import { changeOf, FIGURES, type FigureName, formatChange, formatFigure } from "./figures";

interface Props {
  metrics: Round["metrics"];
  isLive: boolean;
}

/** The candidate against the bundle that served, on images that neither was trained on. */
export function HoldoutTable({ metrics, isLive }: Props) {
  const { serving, candidate, difference } = metrics;
  return (
    <section aria-label="Blind holdout">
      <Title order={3} mb={2}>
        Blind holdout
      </Title>
      {candidate ? (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {plural(candidate.objects, "object")} on images that no model was trained on.
          </Text>
          <Table className="tabular" aria-label="Holdout figures">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Measure</Table.Th>
                <Table.Th ta="right">Serving</Table.Th>
                <Table.Th ta="right">Candidate</Table.Th>
                <Table.Th ta="right">Difference</Table.Th>
                <Table.Th ta="right">95 % interval</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {FIGURES.map(({ name, title, explanation, moreIsBetter, digits }) => (
                <Table.Tr key={name}>
                  <Table.Td>
                    <Tooltip label={explanation}>
                      <span>{title}</span>
                    </Tooltip>
                  </Table.Td>
                  <Table.Td ta="right">{formatFigure(name, serving?.[name])}</Table.Td>
                  <Table.Td ta="right" fw={600}>
                    {formatFigure(name, candidate[name])}
                  </Table.Td>
                  <Table.Td ta="right">
                    <Change
                      name={name}
                      serving={serving}
                      candidate={candidate}
                      moreIsBetter={moreIsBetter}
                      digits={digits}
                    />
                  </Table.Td>
                  <Table.Td ta="right" c="dimmed">
                    {name === "miou_1" ? intervalOf(difference) : ""}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {isLive
            ? "Both models are compared here when the training is over."
            : "This round was not compared with the serving model."}
        </Text>
      )}
    </section>
  );
}

interface ChangeProps {
  name: FigureName;
  serving: Figures | undefined;
  candidate: Figures;
  moreIsBetter: boolean;
  digits: number;
}

function Change({ name, serving, candidate, moreIsBetter, digits }: ChangeProps) {
  const change = changeOf(name, serving, candidate);
  if (change === null) return "—";
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

function intervalOf(difference: Difference | undefined): string {
  if (!difference) return "";
  return `${formatChange(difference.low, 3)} to ${formatChange(difference.high, 3)}`;
}
