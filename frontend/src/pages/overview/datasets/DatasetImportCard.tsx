import { Anchor, Card, Group, Stack, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { isAtWork, isOfSentImages } from "@/api/datasetImports";
import type { DatasetImport } from "@/api/types";
import { formatAgo, plural } from "@/components/format";
import { JobRow } from "@/components/JobRow";
import { StatusBadge } from "@/components/StatusBadge";
import { leftWords, takenWords } from "./countWords";
import { DatasetActions } from "./DatasetActions";
import { ImportProblems } from "./ImportProblems";

interface Props {
  item: DatasetImport;
  project: number;
}

/** One dataset: what it would bring, its progress, what it brought, and what to do next. */
export function DatasetImportCard({ item, project }: Props) {
  const isLive = isAtWork(item);
  const isStopped = !isLive && ["checking", "importing", "undoing"].includes(item.state);
  return (
    <Card
      withBorder
      p="sm"
      component="article"
      aria-label={`${isOfSentImages(item) ? "Images" : "Dataset"} ${item.file_name}`}
    >
      <Stack gap={6}>
        <Group justify="space-between" wrap="nowrap" gap="xs">
          <Text size="sm" fw={550} truncate title={item.file_name}>
            {item.file_name}
          </Text>
          <StatusBadge status={isStopped ? "stopped" : item.state} />
        </Group>
        <Text size="xs" c="dimmed">
          {[item.title, `by ${item.created_by}`, formatAgo(item.created_at)]
            .filter(Boolean)
            .join(" · ")}
        </Text>
        {isLive && item.job ? (
          <JobRow job={item.job} project={project} />
        ) : (
          <>
            <Outcome item={item} isStopped={isStopped} />
            {item.problems_count > 0 && <Problems item={item} project={project} />}
            <DatasetActions item={item} project={project} isStopped={isStopped} />
          </>
        )}
      </Stack>
    </Card>
  );
}

function Outcome({ item, isStopped }: { item: DatasetImport; isStopped: boolean }) {
  if (isStopped)
    return (
      <Text size="sm">
        {item.job?.error ? `${item.job.error} ` : ""}
        {item.state === "importing"
          ? "Only a part came in. Go on with the rest, or undo it."
          : "It did not come to its end. Try again."}
      </Text>
    );
  const [counts, taken, left] = SAID[item.state] ?? [null, "", ""];
  const all = counts ? item[counts] : {};
  return (
    <>
      {item.message && <Text size="sm">{item.message}</Text>}
      {counts && (
        <Text size="sm">
          {taken} {takenWords(all) || "nothing"}.
        </Text>
      )}
      {counts && leftWords(all) && (
        <Text size="sm" c="dimmed">
          {left} {leftWords(all)}.
        </Text>
      )}
    </>
  );
}

/** Which counts tell of a state, and how. */
const SAID: Partial<Record<DatasetImport["state"], ["found" | "brought", string, string]>> = {
  ready: ["found", "Would bring in", "Would leave out"],
  imported: ["brought", "Brought in", "Left out"],
  undone: ["brought", "Taken out again:", "Kept:"],
};

function Problems({ item, project }: Props) {
  const show = () =>
    modals.open({
      title: `What cannot be used of ${item.file_name}`,
      size: "xl",
      children: <ImportProblems item={item} project={project} />,
    });
  return (
    <Anchor component="button" type="button" size="sm" ta="left" onClick={show}>
      {plural(item.problems_count, "part")} cannot be used: see which
    </Anchor>
  );
}
