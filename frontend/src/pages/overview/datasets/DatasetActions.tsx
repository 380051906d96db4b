import { Button, Checkbox, Group, Select, Text, TextInput } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import {
  checkDatasetImport,
  datasetImportsKey,
  discardDatasetImport,
  IMAGES_ALONE,
  importFormatsQuery,
  importFromBucket,
  importImagesAlone,
  isOfSentImages,
  startDatasetImport,
  undoDatasetImport,
} from "@/api/datasetImports";
import { messageOf } from "@/api/problem";
import type { DatasetImport } from "@/api/types";
import { formatChoices, mayBeReadAnew } from "./formatChoices";
import { settingsOf } from "./sentAgain";

const MAX_NAME = 100; // characters

interface Props {
  item: DatasetImport;
  project: number;
  isStopped: boolean;
}

const OF_IMAGES =
  "Its images go to the trash, but for those that people have worked on since. Dropping the files again brings them back.";
const OF_DATASET =
  "Its images go to the trash, its masks, proposals, captions, comments and labels are taken out. What people have changed, judged or answered since stays, with the images that it lies on. Dropping the dataset again brings it back.";
const ARCHIVE = /\.(zip|tar|tgz|tzst|gz|zst)$/i;

/** What can be done with a dataset that nobody works on just now. */
export function DatasetActions({ item, project, isStopped }: Props) {
  const queries = useQueryClient();
  const before = settingsOf(item.id);
  const [isFinished, setIsFinished] = useState(before?.finished ?? false);
  const hasScores = item.state === "ready" && (item.found["masks with a score"] ?? 0) > 0;
  const [isOfModel, setIsOfModel] = useState(Boolean(before?.proposals_by));
  const [model, setModel] = useState(before?.proposals_by ?? "");
  const isProposed = hasScores && isOfModel;
  const isUnnamed = isProposed && model.trim() === "";
  const act = useMutation({
    mutationFn: (work: () => Promise<unknown>) => work(),
    onSettled: () => queries.invalidateQueries({ queryKey: datasetImportsKey(project) }),
  });
  const undo = () =>
    modals.openConfirmModal({
      title: "Undo this import?",
      children: <Text size="sm">{isOfSentImages(item) ? OF_IMAGES : OF_DATASET}</Text>,
      labels: { confirm: "Undo import", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => act.mutate(() => undoDatasetImport(item.id)),
    });
  const isUnclear = item.state === "unreadable" && item.candidates.length > 1;
  const format = isUnclear && item.format === "" ? before?.format : undefined;
  const { mutate } = act;
  useEffect(() => {
    if (format) mutate(() => checkDatasetImport(item.id, format));
  }, [format, item.id, mutate]);
  const isUnread = mayBeReadAnew(item);
  const formats = useQuery({ ...importFormatsQuery(project), enabled: isUnread });

  return (
    <>
      {act.error && (
        <Text size="sm" c="var(--mantine-color-error)">
          {messageOf(act.error)}
        </Text>
      )}
      {isUnread && (
        <Select
          label="Read as"
          size="xs"
          w={260}
          searchable
          allowDeselect={false}
          disabled={act.isPending}
          placeholder={isUnclear ? "Choose which it is" : undefined}
          data={formatChoices(item, formats.data ?? [])}
          value={item.format || null}
          onChange={(name) =>
            name && name !== item.format && act.mutate(() => checkDatasetImport(item.id, name))
          }
        />
      )}
      {item.state === "ready" && (item.found.masks ?? 0) > 0 && (
        <Checkbox
          size="xs"
          checked={isFinished}
          onChange={(event) => setIsFinished(event.currentTarget.checked)}
          label="Its masks are finished work: images with masks count as annotated, also in the holdout"
        />
      )}
      {hasScores && (
        <Checkbox
          size="xs"
          checked={isOfModel}
          onChange={(event) => setIsOfModel(event.currentTarget.checked)}
          label="A model made the masks with a score: they come in as its proposals, for people to judge"
        />
      )}
      {isProposed && (
        <TextInput
          size="xs"
          w={260}
          label="Name of the model"
          maxLength={MAX_NAME}
          value={model}
          onChange={(event) => setModel(event.currentTarget.value)}
        />
      )}
      <Group gap="xs">
        {(item.state === "ready" || (isStopped && item.state === "importing")) && (
          <Button
            size="compact-sm"
            loading={act.isPending}
            disabled={isUnnamed}
            onClick={() =>
              act.mutate(() => startDatasetImport(item.id, isFinished, isProposed ? model : ""))
            }
          >
            {item.state === "ready" ? "Import" : "Go on"}
          </Button>
        )}
        {isStopped && item.state === "checking" && (
          <Button
            size="compact-sm"
            loading={act.isPending}
            onClick={() => act.mutate(() => checkDatasetImport(item.id, item.format))}
          >
            Look again
          </Button>
        )}
        {(item.state === "imported" ||
          (isStopped && ["importing", "undoing"].includes(item.state))) && (
          <Button size="compact-sm" variant="default" loading={act.isPending} onClick={undo}>
            Undo import
          </Button>
        )}
        {item.state === "imported" && item.bucket && (
          <Button
            size="compact-sm"
            variant="default"
            loading={act.isPending}
            onClick={() =>
              act.mutate(() => importFromBucket(project, item.bucket, item.prefix, item.group_by))
            }
          >
            Look for what is new
          </Button>
        )}
        {isUnread && item.bucket && item.format !== IMAGES_ALONE && (
          <Button
            size="compact-sm"
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate(() => checkDatasetImport(item.id, IMAGES_ALONE))}
          >
            Look at images alone
          </Button>
        )}
        {isUnread && !item.bucket && ARCHIVE.test(item.file_name) && (
          <Button
            size="compact-sm"
            variant="default"
            loading={act.isPending}
            onClick={() => act.mutate(() => importImagesAlone(item.id))}
          >
            Import images alone
          </Button>
        )}
        {(isUnread || (isStopped && item.state === "checking")) && (
          <Button
            size="compact-sm"
            variant="subtle"
            loading={act.isPending}
            onClick={() => act.mutate(() => discardDatasetImport(item.id))}
          >
            Discard
          </Button>
        )}
      </Group>
    </>
  );
}
