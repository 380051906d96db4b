import { Table } from "@mantine/core";
import type { ArmEffort, Round } from "@/api/types";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { roundName } from "../servedWords";
import { armCells, isDescribed } from "./captionWords";

const COLUMNS = ["Descriptions", "Edits per 100 words", "Time each", "Accepted untouched"];

interface Props {
  rounds: readonly Round[];
  project: number;
}

/** What a description costs with a round's proposal in sight, and without it. */
export function CaptionEffort({ rounds, project }: Props) {
  const described = rounds.filter(isDescribed);
  if (described.length === 0) return null;
  return (
    <Section
      title="Effort per description"
      description="Some images are described without seeing what the model proposes. That shows how much proposals save, and how far they sway what people say."
      source={
        <Source of="Effort per description" path="/api/projects/{project_id}/rounds" id={project}>
          The first description of each image that a round's model had proposed one for. Edits are
          words put in, taken out or replaced since the proposal, whether it was seen or not, by all
          words of these descriptions.
        </Source>
      }
    >
      <Table.ScrollContainer minWidth={640} scrollAreaProps={{ offsetScrollbars: "present" }}>
        <Table className="tabular" aria-label="Effort per description">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Proposals of</Table.Th>
              <Table.Th>Proposal</Table.Th>
              {COLUMNS.map((title) => (
                <Table.Th key={title} ta="right">
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {described.map(({ number, bundle, effort: { captions } }) => {
              const name = roundName(number);
              return [
                <Arm key={`${bundle} shown`} name={name} way="Seen" arm={captions.shown} />,
                <Arm key={`${bundle} control`} name="" way="Not seen" arm={captions.control} />,
              ];
            })}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Section>
  );
}

function Arm({ name, way, arm }: { name: string; way: string; arm: ArmEffort }) {
  return (
    <Table.Tr>
      <Table.Td>{name}</Table.Td>
      <Table.Td>{way}</Table.Td>
      {armCells(arm).map((cell, column) => (
        <Table.Td key={COLUMNS[column]} ta="right">
          {cell}
        </Table.Td>
      ))}
    </Table.Tr>
  );
}
