import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { Export, Project } from "@/api/types";
import { formatBytes, formatMoment } from "@/components/format";
import { JobRow } from "@/components/JobRow";
import classes from "./ExportRow.module.css";
import { choiceWords } from "./exportChoice";
import { whyNone } from "./exportWords";
import { lossLines, onlyAnneal, recordsLost } from "./lossWords";

/** One export: its progress, then its download, or why there is none. */
export function ExportRow({ item, project }: { item: Export; project: Project }) {
  if (item.state !== "succeeded")
    return (
      <div className={classes.row}>
        <JobRow job={item.job} project={project.id} withActions={project.role === "manager"} />
      </div>
    );
  if (!item.download_url)
    return (
      <div className={classes.row}>
        <Text size="sm" fw={550}>
          {item.title}
        </Text>
        <Text size="xs" c="dimmed">
          {whyNone(item)}
        </Text>
      </div>
    );
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
