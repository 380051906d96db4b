import { Button, Group, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { Export, Project } from "@/api/types";
import { formatBytes } from "@/components/format";
import { JobRow } from "@/components/JobRow";
import classes from "./ExportRow.module.css";

/** One export: its progress, then its download. */
export function ExportRow({ item, project }: { item: Export; project: Project }) {
  if (!item.download_url)
    return (
      <div className={classes.row}>
        <JobRow job={item.job} project={project.id} withActions={project.role === "manager"} />
      </div>
    );
  return (
    <Group className={classes.row} justify="space-between" wrap="nowrap" gap="xs">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={550}>
          {item.format.toUpperCase()}
        </Text>
        <Text size="xs" c="dimmed" truncate title={item.sha256}>
          {formatBytes(item.bytes)} · sha256 {item.sha256.slice(0, 12)}
        </Text>
      </div>
      <Button
        component="a"
        href={item.download_url}
        size="compact-sm"
        leftSection={<IconDownload size={15} aria-hidden />}
      >
        Download
      </Button>
    </Group>
  );
}
