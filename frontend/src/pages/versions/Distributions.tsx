import { BarChart } from "@mantine/charts";
import { Box, Grid, Skeleton, Table, Text, Title } from "@mantine/core";
import { IconChartBar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { Version, VersionDistributions } from "@/api/types";
import { distributionsQuery } from "@/api/versions";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { formatCount } from "@/components/format";
import {
  type Bar,
  binBars,
  countName,
  fromOf,
  labelBars,
  percents,
  rangeName,
  sizeWords,
} from "./distributionWords";

const MASKS = [{ name: "count", label: "Masks", color: "iris.5" }];
const IMAGES = [{ name: "count", label: "Images", color: "teal.6" }];
const ROW_PX = 26; // of a label
const AXIS_PX = 34;
const ROOM = { top: 10, bottom: 10 }; // for the highest tick and the axis' name

/** How a version is spread over splits, labels and sizes. */
export function Distributions({ version }: { version: Version }) {
  const { data, error, refetch } = useQuery(distributionsQuery(version.id));
  return (
    <Box component="section" aria-label="Figures" mt="md">
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton height={220} radius="md" />}
      {data && data.splits.length === 0 && (
        <Empty
          icon={<IconChartBar aria-hidden />}
          title="This version holds no image"
          description="Nothing was annotated when it was cut."
        />
      )}
      {data && data.splits.length > 0 && <Charts found={data} />}
    </Box>
  );
}

function Charts({ found }: { found: VersionDistributions }) {
  const { bars, rest } = labelBars(found.labels);
  const { area_shares: shares, masks_per_image: perImage, megapixels } = found;
  return (
    <Grid gap="xl">
      <Grid.Col span={{ base: 12, md: 5 }}>
        <Part title="Splits">
          <Splits splits={found.splits} />
        </Part>
        <Part title="Masks by label" note={rest}>
          {bars.length === 0 ? (
            <Nothing />
          ) : (
            <BarChart
              h={bars.length * ROW_PX + AXIS_PX}
              data={bars}
              dataKey="name"
              orientation="vertical"
              series={MASKS}
              gridAxis="y"
              tickLine="none"
              yAxisProps={{ width: 120, interval: 0 }}
              xAxisProps={{ allowDecimals: false, tickFormatter: formatCount }}
              maxBarWidth={16}
              barProps={{ isAnimationActive: false, radius: [0, 3, 3, 0] }}
            />
          )}
        </Part>
      </Grid.Col>
      <Grid.Col span={{ base: 12, md: 7 }}>
        <Part title="Masks by their share of the image" note={sizeWords(found.sizes)}>
          <Columns
            bars={binBars(shares, rangeName(percents(shares.edges)))}
            series={MASKS}
            axis="From so many % of the image on"
            tickOf={fromOf}
          />
        </Part>
        <Part title="Images by their masks">
          <Columns
            bars={binBars(perImage, countName(perImage.edges))}
            series={IMAGES}
            axis="Masks of an image"
          />
        </Part>
        <Part title="Images by their size">
          <Columns
            bars={binBars(megapixels, rangeName(megapixels.edges))}
            series={IMAGES}
            axis="Megapixels"
          />
        </Part>
      </Grid.Col>
    </Grid>
  );
}

function Part({ title, note, children }: { title: string; note?: string; children: ReactNode }) {
  return (
    <Box component="section" aria-label={title} mb="xl">
      <Title order={3} mb={note ? 2 : 6}>
        {title}
      </Title>
      {note && (
        <Text size="sm" c="dimmed" mb={6} className="tabular">
          {note}
        </Text>
      )}
      {children}
    </Box>
  );
}

function Nothing() {
  return (
    <Text size="sm" c="dimmed">
      No mask yet.
    </Text>
  );
}

interface ColumnsProps {
  bars: Bar[];
  series: typeof MASKS;
  axis: string;
  /** What the axis says of a bar, where its name is too long. */
  tickOf?: (name: string) => string;
}

function Columns({ bars, series, axis, tickOf = String }: ColumnsProps) {
  if (bars.length === 0) return <Nothing />;
  return (
    <BarChart
      h={190}
      data={bars}
      dataKey="name"
      series={series}
      tickLine="none"
      xAxisLabel={axis}
      xAxisProps={{ interval: "equidistantPreserveStart", tickFormatter: tickOf }}
      yAxisProps={{ allowDecimals: false, width: 56, tickFormatter: formatCount }}
      barChartProps={{ margin: ROOM }}
      maxBarWidth={44}
      barProps={{ isAnimationActive: false, radius: [3, 3, 0, 0] }}
    />
  );
}

function Splits({ splits }: Pick<VersionDistributions, "splits">) {
  return (
    <Table className="tabular" aria-label="Splits" verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Split</Table.Th>
          <Table.Th ta="right">Images</Table.Th>
          <Table.Th ta="right">Masks</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {splits.map(({ split, images, masks }) => (
          <Table.Tr key={split}>
            <Table.Td>{split}</Table.Td>
            <Table.Td ta="right">{formatCount(images)}</Table.Td>
            <Table.Td ta="right">{formatCount(masks)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}
