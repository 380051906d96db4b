import {
  Accordion,
  Button,
  Checkbox,
  Group,
  Modal,
  Radio,
  Select,
  Skeleton,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { ExportChoice, ExportFormat, Project, Version } from "@/api/types";
import { exportOffersQuery, versionLabelsQuery } from "@/api/versions";
import { ErrorState } from "@/components/ErrorState";
import { formatCount, plural } from "@/components/format";
import { choiceOf, type LabelChoice, splitsAtFirst, splitsThere } from "./exportChoice";
import { type WordsOffer, wordsOffers } from "./exportFormats";
import { LabelNames } from "./LabelNames";
import { Losses } from "./Losses";
import { useStartExport } from "./useStartExport";

/** Masks are offered by the server, which knows what each format cannot hold of them. */
export type What = "masks" | "words";

const SETTLED_MS = 300; // after the last letter of a label's new name
const TITLES: Record<What, string> = { masks: "Export masks", words: "Export descriptions" };

interface Props {
  version: Version;
  project: Project;
  what: What | null;
  onClose: () => void;
}

/** Choose how masks, or what people said, go out; what a format cannot hold is told before. */
export function ExportDialog({ what, onClose, ...props }: Props) {
  const [shown, setShown] = useState<What>("masks"); // while the dialog fades out
  if (what && what !== shown) setShown(what);
  return (
    <Modal opened={what !== null} onClose={onClose} title={TITLES[shown]} size="lg">
      <Choices key={shown} what={shown} onClose={onClose} {...props} />
    </Modal>
  );
}

function Choices({ version, project, what, onClose }: Props & { what: What }) {
  const words = wordsOffers(version.counts, project);
  const [format, setFormat] = useState<ExportFormat>(
    what === "masks" ? "coco" : (words.find(({ refusal }) => !refusal)?.format ?? "descriptions"),
  );
  const [splits, setSplits] = useState<string[]>(() => splitsAtFirst(version.counts));
  const [withImages, setWithImages] = useState(false);
  const [withAddresses, setWithAddresses] = useState(false);
  const [labels, setLabels] = useState<Readonly<Record<string, LabelChoice>>>({});
  const [settledLabels] = useDebouncedValue(labels, SETTLED_MS);
  const beside = { images: withImages, addresses: withAddresses };
  const begin = useStartExport(version, project, onClose);

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate({ format, choice: choiceOf(splits, beside, labels) });
      }}
    >
      <Stack gap="md">
        {what === "masks" ? (
          <MaskFormats
            version={version}
            choice={choiceOf(splits, beside, settledLabels)}
            value={format}
            onChange={setFormat}
          />
        ) : (
          <WordsFormats
            offers={words}
            version={version}
            choice={choiceOf(splits, beside, settledLabels)}
            value={format}
            onChange={setFormat}
          />
        )}
        <Checkbox.Group
          label="Images"
          description={
            what === "masks" &&
            "Where a format does not tell them apart, each lies in a folder of its own."
          }
          value={splits}
          onChange={setSplits}
        >
          <Group mt={6}>
            {splitsThere(version.counts).map((split) => (
              <Checkbox
                key={split}
                value={split}
                label={`${split} (${formatCount(version.counts[split] ?? 0)})`}
              />
            ))}
          </Group>
        </Checkbox.Group>
        <Switch
          label="Put the images in"
          description="Otherwise their names alone go along."
          checked={withImages}
          onChange={(event) => setWithImages(event.currentTarget.checked)}
        />
        <Switch
          label="Tell where the images lie"
          description="Their addresses in the store, for whoever has keys to its bucket."
          checked={withAddresses}
          onChange={(event) => setWithAddresses(event.currentTarget.checked)}
        />
        <Labels version={version} choices={labels} onChange={setLabels} />
        {begin.error && <ErrorState error={begin.error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={begin.isPending} disabled={splits.length === 0}>
            Export
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface LabelsProps {
  version: Version;
  choices: Readonly<Record<string, LabelChoice>>;
  onChange: (choices: Readonly<Record<string, LabelChoice>>) => void;
}

/** The version's own labels: the project's may have been renamed or deleted since it was cut. */
function Labels({ version, choices, onChange }: LabelsProps) {
  const labels = useQuery(versionLabelsQuery(version.id));
  if (labels.isPending) return <Skeleton height={46} radius="md" />;
  if (labels.error) return <ErrorState error={labels.error} onRetry={() => labels.refetch()} />;
  if (labels.data.length === 0) return null;
  return (
    <Accordion variant="contained">
      <Accordion.Item value="labels">
        <Accordion.Control>
          <Text size="sm">Rename labels or leave some out</Text>
        </Accordion.Control>
        <Accordion.Panel>
          <LabelNames labels={labels.data} choices={choices} onChange={onChange} />
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

interface FormatsProps {
  version: Version;
  choice: ExportChoice;
  value: ExportFormat;
  onChange: (format: ExportFormat) => void;
}

/** The formats of masks, and what the chosen one cannot hold of what goes out. */
function MaskFormats({ version, choice, value, onChange }: FormatsProps) {
  const offers = useQuery(exportOffersQuery(version.id, choice));
  if (offers.isPending) return <Skeleton height={120} radius="md" />;
  if (offers.error) return <ErrorState error={offers.error} onRetry={() => offers.refetch()} />;
  const ofMasks = offers.data.filter(({ kind }) => kind === "masks");
  const offer = ofMasks.find(({ format }) => format === value);
  const isWhole =
    choice.splits?.length === splitsThere(version.counts).length &&
    !Object.values(choice.labels ?? {}).includes(null);
  const masks = isWhole ? plural(version.counts.masks, "mask") : "every mask";
  return (
    <>
      <Select
        label="Format"
        data={ofMasks.map(({ format, title }) => ({ value: format, label: title }))}
        value={value}
        onChange={(chosen) => chosen && onChange(chosen as ExportFormat)}
        allowDeselect={false}
        searchable
        nothingFoundMessage="No format of this name"
        comboboxProps={{ shadow: "md" }}
        data-autofocus
      />
      {offer && <Losses offer={offer} whole={`Holds ${masks}, pixel for pixel.`} />}
    </>
  );
}

/** The forms of what people said; one that cannot be had says why. */
function WordsFormats({
  offers,
  version,
  choice,
  value,
  onChange,
}: FormatsProps & { offers: readonly WordsOffer[] }) {
  const told = useQuery(exportOffersQuery(version.id, choice));
  const offer = told.data?.find(({ format }) => format === value);
  return (
    <>
      <Radio.Group
        label="Format"
        value={value}
        onChange={(chosen) => onChange(chosen as ExportFormat)}
      >
        <Stack gap="xs" mt={6}>
          {offers.map(({ format, name, holds, refusal }) => (
            <Radio
              key={format}
              value={format}
              label={name}
              description={refusal ?? holds}
              disabled={refusal !== null}
              data-autofocus={format === value || undefined}
            />
          ))}
        </Stack>
      </Radio.Group>
      {told.isPending && <Skeleton height={120} radius="md" />}
      {told.error && <ErrorState error={told.error} onRetry={() => told.refetch()} />}
      {offer && <Losses offer={offer} whole="Holds every text that counts." />}
    </>
  );
}
