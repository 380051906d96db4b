import { BarChart } from "@mantine/charts";
import { Grid, Paper, SimpleGrid, Table, Text, Title } from "@mantine/core";
import type { VersionDiff } from "@/api/types";
import { formatCount, plural } from "@/components/format";
import { countWords, fieldWords, headerWords, histogramOf, measuredWords } from "./diffWords";

const NONE = "No change";
const COLUMNS = ["added", "removed", "changed", "came", "left"] as const;

/** What changed, in figures: of all, by label, and how far shapes moved. */
export function DiffTotals({ diff }: { diff: VersionDiff }) {
  const { images, masks, captions, iou } = diff;
  return (
    <div>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm" mb="lg">
        <Fact name="Images" words={countWords(images)}>
          {fieldWords(diff.image_fields, "images")}
        </Fact>
        <Fact name="Masks" words={countWords(masks)}>
          {fieldWords(diff.mask_fields, "masks")}
        </Fact>
        <Fact name="Captions" words={countWords(captions)} />
      </SimpleGrid>
      <Grid gap="xl">
        <Grid.Col span={{ base: 12, md: 7 }}>
          <Title order={3} mb={6}>
            Masks by label
          </Title>
          {diff.labels.length === 0 ? (
            <Text size="sm" c="dimmed">
              No mask changed.
            </Text>
          ) : (
            <LabelTable labels={diff.labels} />
          )}
          <Moves name="Moved" moves={diff.moves} one="mask" />
          <Moves name="Split" moves={diff.splits} one="image" />
          <Moves name="Renamed" moves={diff.renamed} one="label" />
          {headerWords(diff).map(([name, words]) => (
            <Line key={name} name={name} words={words} />
          ))}
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 5 }}>
          <Title order={3} mb={2}>
            How far shapes moved
          </Title>
          <Text size="sm" c="dimmed" mb="sm">
            {measuredWords(iou)}
          </Text>
          {iou.measured > 0 && (
            <BarChart
              h={180}
              data={histogramOf(iou)}
              dataKey="iou"
              series={[{ name: "masks", label: "Masks", color: "iris.5" }]}
              tickLine="none"
              xAxisLabel="IoU"
              yAxisProps={{ allowDecimals: false, domain: [0, "dataMax"] }}
              barProps={{ isAnimationActive: false, radius: [3, 3, 0, 0] }}
            />
          )}
        </Grid.Col>
      </Grid>
    </div>
  );
}

function Fact({ name, words, children }: { name: string; words: string; children?: string }) {
  return (
    <Paper withBorder p="sm" radius="md">
      <Text size="xs" c="dimmed">
        {name}
      </Text>
      <Text fw={550} className="tabular" c={words ? undefined : "dimmed"}>
        {words || NONE}
      </Text>
      {children && (
        <Text size="xs" c="dimmed" className="tabular">
          {children}
        </Text>
      )}
    </Paper>
  );
}

function LabelTable({ labels }: { labels: VersionDiff["labels"] }) {
  return (
    <Table.ScrollContainer minWidth={440}>
      <Table className="tabular" aria-label="Masks by label" verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Label</Table.Th>
            <Table.Th ta="right">Added</Table.Th>
            <Table.Th ta="right">Removed</Table.Th>
            <Table.Th ta="right">Changed</Table.Th>
            <Table.Th ta="right" title="From other labels">
              Moved here
            </Table.Th>
            <Table.Th ta="right" title="To other labels">
              Moved away
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {labels.map((row) => (
            <Table.Tr key={row.label ?? ""}>
              <Table.Td c={row.label === null ? "dimmed" : undefined}>
                {row.label ?? "No label"}
              </Table.Td>
              {COLUMNS.map((column) => (
                <Table.Td key={column} ta="right" c={row[column] === 0 ? "dimmed" : undefined}>
                  {formatCount(row[column])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Moves({ name, moves, one }: { name: string; moves: VersionDiff["moves"]; one: string }) {
  if (moves.length === 0) return null;
  const words = moves.map(
    ({ before, after, count }) =>
      `${before ?? "no label"} → ${after ?? "no label"}${one === "label" ? "" : ` (${plural(count, one)})`}`,
  );
  return <Line name={name} words={words.join(", ")} />;
}

function Line({ name, words }: { name: string; words: string }) {
  return (
    <Text size="sm" mt={6} className="tabular">
      <Text span inherit c="dimmed">
        {name}:
      </Text>{" "}
      {words}
    </Text>
  );
}
