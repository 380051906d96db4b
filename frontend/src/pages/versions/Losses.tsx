import { Alert, List, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { plural } from "@/components/format";
import { type Losses as Lost, lossLines, recordsLost } from "./lossWords";

interface Props {
  losses: Lost | null;
  /** Of the version; null where a part goes out, of which nobody counted them. */
  masks: number | null;
}

/** What a format cannot hold of what goes out, or that it holds it all. */
export function Losses({ losses, masks }: Props) {
  if (!losses)
    return (
      <Text size="sm" c="dimmed">
        This version was cut before its contents were counted: what the format cannot hold is told
        once it is written.
      </Text>
    );
  const lines = lossLines(losses);
  const records = recordsLost(losses);
  if (lines.length === 0)
    return (
      <Alert color="teal" icon={<IconCheck aria-hidden />} p="sm">
        Holds {masks === null ? "every mask" : plural(masks, "mask")}, pixel for pixel.
        {records && ` Left out: ${records}.`}
      </Alert>
    );
  return (
    <Alert color="gray" icon={<IconAlertTriangle aria-hidden />} p="sm">
      <Text size="sm" fw={550}>
        Not held
      </Text>
      <List size="sm" spacing={2}>
        {lines.map((line) => (
          <List.Item key={line}>{line}</List.Item>
        ))}
        {records && <List.Item>{records}</List.Item>}
      </List>
    </Alert>
  );
}
