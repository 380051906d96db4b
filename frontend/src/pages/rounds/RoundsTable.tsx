import { Badge, Card, Group, Table, UnstyledButton } from "@mantine/core";
import type { Round } from "@/api/types";
import { formatAgo, formatCount, formatMoment, formatPercent } from "@/components/format";
import { StatusBadge } from "@/components/StatusBadge";
import { formatFigure } from "./figures";
import classes from "./RoundsTable.module.css";

interface Props {
  rounds: Round[];
  serving: string | null;
  selected: number | null;
  onSelect: (number: number) => void;
}

/** One row for each round, the newest first, down to the pretrained bundle. */
export function RoundsTable({ rounds, serving, selected, onSelect }: Props) {
  return (
    <Card p={0}>
      <Table.ScrollContainer minWidth={860} scrollAreaProps={{ offsetScrollbars: "present" }}>
        <Table className="tabular" highlightOnHover aria-label="Rounds">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Round</Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Started</Table.Th>
              <Table.Th ta="right">IoU at 1 click</Table.Th>
              <Table.Th ta="right">Clicks to 85 %</Table.Th>
              <Table.Th ta="right">AP50</Table.Th>
              <Table.Th ta="right">Masks made</Table.Th>
              <Table.Th ta="right">Seconds per mask</Table.Th>
              <Table.Th ta="right">Accepted untouched</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rounds.map((round) => (
              <Row
                key={`${round.number} ${round.bundle}`}
                round={round}
                isServing={round.bundle !== null && round.bundle === serving}
                isSelected={round.id !== null && round.number === selected}
                onSelect={onSelect}
              />
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Card>
  );
}

interface RowProps {
  round: Round;
  isServing: boolean;
  isSelected: boolean;
  onSelect: (number: number) => void;
}

function Row({ round, isServing, isSelected, onSelect }: RowProps) {
  const { effort, metrics, number, id } = round;
  const figures = metrics.candidate;
  return (
    <Table.Tr data-selected={isSelected || undefined} className={classes.row}>
      <Table.Td>
        {id === null ? (
          `${number}`
        ) : (
          <UnstyledButton
            className={classes.open}
            aria-label={`Show round ${number}`}
            aria-pressed={isSelected}
            onClick={() => onSelect(number)}
          >
            {number}
          </UnstyledButton>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          <StatusBadge
            status={round.state}
            word={round.state === "refused" ? "Not promoted" : undefined}
          />
          {isServing && (
            <Badge variant="filled" color="teal.9">
              Serving
            </Badge>
          )}
        </Group>
      </Table.Td>
      <Table.Td title={formatMoment(round.created_at)}>
        {id === null ? "—" : `${formatAgo(round.created_at)}${byWhom(round)}`}
      </Table.Td>
      <Table.Td ta="right">{formatFigure("miou_1", figures?.miou_1)}</Table.Td>
      <Table.Td ta="right">{formatFigure("noc_85", figures?.noc_85)}</Table.Td>
      <Table.Td ta="right">{formatFigure("ap_50", figures?.ap_50)}</Table.Td>
      <Table.Td ta="right">{formatCount(effort.masks)}</Table.Td>
      <Table.Td ta="right">{effort.seconds_per_mask?.toFixed(1) ?? "—"}</Table.Td>
      <Table.Td ta="right">
        {effort.accepted_untouched_share === null
          ? "—"
          : formatPercent(effort.accepted_untouched_share)}
      </Table.Td>
    </Table.Tr>
  );
}

function byWhom({ trigger, created_by }: Round): string {
  if (created_by) return ` by ${created_by}`;
  if (trigger === "images") return ", enough images";
  if (trigger === "schedule") return ", on schedule";
  return "";
}
