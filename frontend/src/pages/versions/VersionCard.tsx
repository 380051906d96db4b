import { Badge, Button, Card, Code, CopyButton, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { Project, Version } from "@/api/types";
import { manifestUrl } from "@/api/versions";
import { formatAgo, formatMoment, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { criteriaWords } from "./criteriaWords";
import { Distributions } from "./Distributions";
import { ExportMenu } from "./ExportMenu";
import { Exports } from "./Exports";
import { Tags } from "./Tags";
import { VersionNote } from "./VersionNote";
import { VersionPictures } from "./VersionPictures";
import { learnedWords } from "./versionWords";

interface Props {
  version: Version;
  project: Project;
  /** What the address holds to compare it with its neighbour; undefined: it has none. */
  compare: string | undefined;
  /** Open the form with what this version was cut from. */
  onCutAgain: () => void;
}

export function VersionCard({ version, project, compare, onCutAgain }: Props) {
  const { id, counts, rounds, exports } = version;
  const learned = learnedWords(version);
  const [isPictured, picture] = useDisclosure(false);
  const [isSpread, spread] = useDisclosure(false);
  const chosen = criteriaWords(version.criteria, project.labels);

  return (
    <Card id={id} component="article" aria-label={`Version ${id.slice(0, 8)}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap">
        <Stack gap={4} miw={0}>
          <Group gap="xs">
            <CopyButton value={id}>
              {({ copied, copy }) => (
                <Tooltip label={copied ? "Copied" : `Copy ${id}`}>
                  <Code
                    component="button"
                    onClick={copy}
                    aria-label={`Copy the id ${id.slice(0, 8)}`}
                    style={{ border: 0, cursor: "pointer" }}
                  >
                    {id.slice(0, 8)}
                  </Code>
                </Tooltip>
              )}
            </CopyButton>
            {rounds.map((round) => (
              <Badge key={round} color="gray">
                Round {round}
              </Badge>
            ))}
            <Tags version={version} project={project} />
            <Text size="xs" c="dimmed" title={formatMoment(version.created_at)}>
              {formatAgo(version.created_at)}
              {version.created_by && ` by ${version.created_by}`}
            </Text>
          </Group>
          <VersionNote version={version} project={project} />
          <Text size="sm" c="dimmed" className="tabular">
            {factsOf(counts)}
          </Text>
          {chosen && (
            <Text size="xs" c="dimmed">
              {version.cut_from && `Cut from “${version.cut_from.name}”: `}
              {chosen}.
            </Text>
          )}
          {learned && (
            <Text size="xs" c="dimmed">
              {learned}
            </Text>
          )}
        </Stack>
        <Group gap="xs" wrap="nowrap">
          {chosen && project.role === "manager" && (
            <Button
              variant="subtle"
              color="gray"
              size="compact-sm"
              onClick={onCutAgain}
              aria-label={`Cut again what ${id.slice(0, 8)} was cut from`}
            >
              Cut again
            </Button>
          )}
          {compare && (
            <ButtonLink
              to="/projects/$projectId/versions"
              params={{ projectId: String(project.id) }}
              search={{ compare }}
              variant="subtle"
              color="gray"
              size="compact-sm"
              aria-label={`Compare ${id.slice(0, 8)}`}
            >
              Compare
            </ButtonLink>
          )}
          <Unfold what="Pictures" of={id} isOpen={isPictured} onToggle={picture.toggle} />
          <Unfold what="Figures" of={id} isOpen={isSpread} onToggle={spread.toggle} />
          {project.role !== "annotator" && (
            <Button
              component="a"
              href={manifestUrl(id)}
              variant="subtle"
              color="gray"
              size="compact-sm"
            >
              Manifest
            </Button>
          )}
          {project.role === "manager" && <ExportMenu version={version} project={project} />}
        </Group>
      </Group>
      {isPictured && <VersionPictures version={version} project={project} />}
      {isSpread && <Distributions version={version} />}
      {exports.length > 0 && <Exports version={version} project={project} />}
    </Card>
  );
}

interface UnfoldProps {
  what: string;
  of: string; // the version
  isOpen: boolean;
  onToggle: () => void;
}

/** The button that shows more of a version below it, or puts it away. */
function Unfold({ what, of, isOpen, onToggle }: UnfoldProps) {
  return (
    <Button
      variant="subtle"
      color="gray"
      size="compact-sm"
      aria-expanded={isOpen}
      aria-label={`${what} of ${of.slice(0, 8)}`}
      onClick={onToggle}
    >
      {what}
    </Button>
  );
}

function factsOf(counts: Version["counts"]): string {
  const facts = [
    `${plural(counts.images, "image")} (${splitsOf(counts)})`,
    plural(counts.masks, "mask"),
  ];
  if (counts.transcripts > 0) facts.push(plural(counts.transcripts, "transcript"));
  if (counts.captions > 0) facts.push(plural(counts.captions, "caption"));
  const ofMasks = counts.mask_captions ?? 0;
  if (ofMasks > 0) facts.push(plural(ofMasks, "mask caption"));
  return facts.join(" · ");
}

function splitsOf({ train, val = 0, holdout, unfinished }: Version["counts"]): string {
  const splits = [`${train} train`];
  if (val > 0) splits.push(`${val} val`);
  splits.push(`${holdout} holdout`);
  if (unfinished > 0) splits.push(`${unfinished} unfinished`);
  return splits.join(", ");
}
