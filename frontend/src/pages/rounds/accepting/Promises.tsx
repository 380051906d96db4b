import { Group, Table, Text, Title } from "@mantine/core";
import type { Round } from "@/api/types";
import { Source } from "@/components/Source";
import { FigureCell } from "../FigureCell";
import { noPromiseWords, promiseRows, promisesWords } from "./promiseWords";

interface Props {
  round: number;
  metrics: Round["metrics"];
}

/** What the candidate could accept by itself, and whether it would keep what it promises. */
export function Promises({ round, metrics: { serving, candidate } }: Props) {
  const promises = candidate?.promises;
  if (!promises?.length) return null;
  const rows = promiseRows(promises, serving?.promises);
  return (
    <section aria-label="What it could accept by itself">
      <Group gap={4} mb={2}>
        <Title order={3}>What it could accept by itself</Title>
        <Source of="What it could accept by itself" path="/api/rounds/{round_id}" id={round}>
          For each promise, people's verdicts give the score from which on proposals keep it. What
          reaches that score on the holdout is compared with the finished masks; the interval is
          exact (Clopper and Pearson), and counts proposals on one image as alike. Saved is the
          share of all proposals that nobody need decide: a tenth of those accepted goes to people
          as a blind check. Among several labels a wrong one is a fault, too, so that it accepts
          less than here.
        </Source>
      </Group>
      <Text size="sm" c="dimmed" mb="xs">
        {rows.length > 0 ? promisesWords(promises) : noPromiseWords(promises)}
      </Text>
      {rows.length > 0 && (
        <Table className="tabular" aria-label="Promises on the holdout">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Promise</Table.Th>
              <Table.Th ta="right">Accepted</Table.Th>
              <Table.Th ta="right">Right</Table.Th>
              <Table.Th ta="right">Saved</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map(({ promise, taken, right, saved }) => (
              <Table.Tr key={promise.value}>
                <FigureCell {...promise} align="left" />
                <FigureCell {...taken} />
                <FigureCell
                  value={right.value}
                  note={right.note}
                  color={right.isBroken ? "var(--mantine-color-orange-light-color)" : undefined}
                />
                <FigureCell {...saved} />
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </section>
  );
}
