import { Button, Group, Text } from "@mantine/core";
import { IconDownload, IconRefresh } from "@tabler/icons-react";
import type { Export, Project, Version } from "@/api/types";
import { formatBytes, formatMoment } from "@/components/format";
import { JobRow } from "@/components/JobRow";
import classes from "./ExportRow.module.css";
import { choiceWords } from "./exportChoice";
import { whyNone } from "./exportWords";
import { lossLines, onlyAnneal, recordsLost } from "./lossWords";
import { useStartExport } from "./useStartExport";

interface Props {
  item: Export;
  version: Version;
  project: Project;
}

/** One export: its progress, then its download, or why there is none. */
export function ExportRow({ item, version, project }: Props) {
  if (item.state !== "succeeded")
    return (
      <div className={classes.row}>
        <JobRow job={item.job} project={project.id} withActions={project.role === "manager"} />
      </div>
    );
  if (!item.download_url) return <Gone item={item} version={version} project={project} />;
  const lost = [...lossLines(item.losses), recordsLost(item.losses)].filter(Boolean);
  const beside = [onlyAnneal(item.anneal_only), ...item.notes].filter(Boolean);
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={550}>
          {item.title}
        </Text>
        <Text size="xs" c="dimmed" truncate title={item.sha256}>
          {[choiceWords(item.options), formatBytes(item.bytes)].filter(Boolean).join(" · ")} ·
          sha256 {item.sha256.slice(0, 12)}
        </Text>
        {lost.length > 0 && (
          <Text size="xs" c="dimmed">
            Not held: {lost.join("; ")}.
          </Text>
        )}
        {beside.map((line) => (
          <Text key={line} size="xs" c="dimmed">
            {line}
          </Text>
        ))}
      </div>
      <Button
        component="a"
        href={item.download_url}
        title={item.expires_at ? `Kept until ${formatMoment(item.expires_at)}` : undefined}
        size="compact-sm"
        leftSection={<IconDownload size={15} aria-hidden />}
      >
        Download
      </Button>
    </Group>
  );
}

/** One that was written and cannot be downloaded; if it can be written again, by the same choice. */
function Gone({ item, version, project }: Props) {
  const begin = useStartExport(version, project);
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={550}>
          {item.title}
        </Text>
        <Text size="xs" c="dimmed">
          {[choiceWords(item.options), whyNone(item)].filter(Boolean).join(" · ")}
        </Text>
      </div>
      {(item.is_closed || item.is_expired) && (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconRefresh size={15} aria-hidden />}
          loading={begin.isPending}
          onClick={() => begin.mutate({ format: item.format, choice: item.options })}
        >
          Export again
        </Button>
      )}
    </Group>
  );
}
