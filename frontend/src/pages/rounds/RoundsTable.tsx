import { Badge, Card, Group, Table, UnstyledButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { Project, Round } from "@/api/types";
import { formatAgo, formatMoment } from "@/components/format";
import { Source } from "@/components/Source";
import { StatusBadge } from "@/components/StatusBadge";
import { FigureCell } from "./FigureCell";
import { NOTHING } from "./figures";
import classes from "./RoundsTable.module.css";
import { columnsOf, type RoundColumn, verdictWord } from "./roundColumns";

interface Props {
  project: number;
  rounds: Round[];
  serving: Project["serving"];
  /** How far what serves is with that: beneath its state. */
  proposing: ReactNode;
  selected: number | null;
  onSelect: (number: number) => void;
}

/** One row for each round, the newest first, down to the pretrained bundle. */
export function RoundsTable({ project, rounds, serving, proposing, selected, onSelect }: Props) {
  const columns = columnsOf(rounds);
  return (
    <Card p={0}>
      <Table.ScrollContainer
        minWidth={400 + 95 * columns.length}
        scrollAreaProps={{ offsetScrollbars: "present" }}
      >
        <Table className="tabular" highlightOnHover aria-label="Rounds">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                <Group gap={2} wrap="nowrap">
                  Round
                  <Source of="Rounds" path="/api/projects/{project_id}/rounds" id={project}>
                    Figures of the blind holdout are those of the round's own evaluation, the
                    pretrained model's those of the newest round that was judged against it. Effort
                    is of the images that a round's model had proposed for. In grey: what a figure
                    is of.
                  </Source>
                </Group>
              </Table.Th>
              <Table.Th>State</Table.Th>
              <Table.Th>Started</Table.Th>
              {columns.map(({ title }) => (
                <Table.Th key={title} ta="right">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rounds.map((round) => (
              <Row
                key={`${round.number} ${round.bundle}`}
                round={round}
                columns={columns}
                isServing={doesServe(round, serving)}
                proposing={proposing}
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

/** Of some rounds two bundles came out: either may serve. */
function doesServe({ id, number, bundle }: Round, serving: Project["serving"]): boolean {
  if (serving === null) return false;
  return id === null ? bundle === serving.bundle : number === serving.round;
}

interface RowProps {
  round: Round;
  columns: readonly RoundColumn[];
  isServing: boolean;
  proposing: ReactNode;
  isSelected: boolean;
  onSelect: (number: number) => void;
}

function Row({ round, columns, isServing, proposing, isSelected, onSelect }: RowProps) {
  const { number, id } = round;
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
          <StatusBadge status={round.state} word={verdictWord(round)} />
          {isServing && (
            <Badge variant="filled" color="teal.9">
              Serving
            </Badge>
          )}
        </Group>
        {isServing && proposing}
      </Table.Td>
      <Table.Td title={formatMoment(round.created_at)}>
        {id === null ? NOTHING : `${formatAgo(round.created_at)}${byWhom(round)}`}
      </Table.Td>
      {columns.map(({ title, cell }) => {
        const { value, of } = cell(round);
        return <FigureCell key={title} value={value} note={of} />;
      })}
    </Table.Tr>
  );
}

function byWhom({ trigger, created_by }: Round): string {
  if (created_by) return ` by ${created_by}`;
  if (trigger === "images") return ", enough images";
  if (trigger === "schedule") return ", on schedule";
  if (trigger === "pays") return ", as it pays";
  return "";
}
