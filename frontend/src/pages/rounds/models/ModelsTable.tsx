import { Badge, Checkbox, Code, Group, Table, Text } from "@mantine/core";
import type { Bundle, Project } from "@/api/types";
import { formatAgo, formatMoment, plural } from "@/components/format";
import { AnchorLink } from "@/components/links";
import { partsWords } from "../captions/captionWords";
import { NOTHING } from "../figures";
import { modelName, modelWords } from "../servedWords";
import { Note } from "./Note";
import { PromoteButton } from "./PromoteButton";
import { Rebuilding } from "./Rebuilding";

interface Props {
  project: Project;
  bundles: readonly Bundle[];
  chosen: readonly Bundle[];
  onToggle: (bundle: Bundle) => void;
}

/** One row for each model, the newest first: where it comes from, and what is said of it. */
export function ModelsTable({ project, bundles, chosen, onToggle }: Props) {
  return (
    <Table.ScrollContainer minWidth={1000} scrollAreaProps={{ offsetScrollbars: "present" }}>
      <Table className="tabular" aria-label="Models" verticalSpacing="xs">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Compare</Table.Th>
            <Table.Th>Model</Table.Th>
            <Table.Th>Trained from</Table.Th>
            <Table.Th>Learned from</Table.Th>
            <Table.Th>Made</Table.Th>
            <Table.Th>Made again</Table.Th>
            <Table.Th w="20%">Note</Table.Th>
            <Table.Th aria-label="Serve it" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {bundles.map((bundle) => (
            <Table.Tr key={bundle.bundle}>
              <Table.Td>
                <Checkbox
                  aria-label={`Compare ${modelWords(bundle)}`}
                  checked={chosen.includes(bundle)}
                  onChange={() => onToggle(bundle)}
                />
              </Table.Td>
              <Table.Td>
                <Name bundle={bundle} />
              </Table.Td>
              <Table.Td>
                <Lineage bundle={bundle} bundles={bundles} />
              </Table.Td>
              <Table.Td>
                <LearnedFrom bundle={bundle} project={project.id} />
              </Table.Td>
              <Table.Td title={formatMoment(bundle.made_at)}>
                {formatAgo(bundle.made_at)}
                {bundle.made_by && (
                  <Text size="xs" c="dimmed">
                    by {bundle.made_by}
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <Rebuilding project={project.id} bundle={bundle} />
              </Table.Td>
              <Table.Td>
                <Note project={project.id} bundle={bundle} />
              </Table.Td>
              <Table.Td ta="right">
                {bundle.alias !== "serving" && <PromoteButton project={project} model={bundle} />}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}

function Name({ bundle }: { bundle: Bundle }) {
  return (
    <>
      <Group gap={6}>
        <Text size="sm" fw={550}>
          {modelName(bundle)}
        </Text>
        {bundle.alias === "serving" && (
          <Badge variant="filled" color="teal.9">
            Serving
          </Badge>
        )}
        {bundle.alias === "candidate" && <Badge color="iris">On trial</Badge>}
        {bundle.alias === "previous" && <Badge color="gray">Previous</Badge>}
      </Group>
      <Code>{bundle.bundle.slice(0, 8)}</Code>
    </>
  );
}

/** On top of which model, and what was trained; all else in a bundle is that model's. */
function Lineage({ bundle, bundles }: { bundle: Bundle; bundles: readonly Bundle[] }) {
  if (!bundle.parts) return "As installed";
  const base = bundles.find((each) => each.bundle === bundle.base);
  return (
    <>
      {base ? modelName(base) : "An earlier model"}
      <Text size="xs" c="dimmed">
        {partsWords(bundle.parts)}
      </Text>
    </>
  );
}

function LearnedFrom({ bundle, project }: { bundle: Bundle; project: number }) {
  const { learned_from } = bundle;
  if (learned_from === null) return NOTHING;
  return (
    <>
      {plural(learned_from.images, "image")}
      <Text size="xs" c="dimmed">
        version{" "}
        <AnchorLink
          to="/projects/$projectId/versions"
          params={{ projectId: String(project) }}
          hash={learned_from.version}
          inherit
          underline="always"
        >
          {learned_from.version.slice(0, 8)}
        </AnchorLink>
        , {plural(learned_from.masks, "mask")}
      </Text>
    </>
  );
}
