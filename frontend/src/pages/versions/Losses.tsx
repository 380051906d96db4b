import { Alert, List, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import type { ExportOffer } from "@/api/types";
import {
  type Losses as Lost,
  lossLines,
  onlyAnneal,
  recordsLost,
  uncountedLines,
} from "./lossWords";

interface Props {
  offer: ExportOffer;
  /** What is said where it holds all of what people export it for. */
  whole: string;
}

/** What a format cannot hold of what goes out, and below it what other tools do not find of it. */
export function Losses({ offer, whole }: Props) {
  const beside = [onlyAnneal(offer.anneal_only), ...offer.notes].filter(Boolean);
  return (
    <Stack gap={6}>
      <NotHeld losses={offer.losses} uncounted={offer.uncounted} whole={whole} />
      {beside.map((line) => (
        <Text key={line} size="xs" c="dimmed">
          {line}
        </Text>
      ))}
    </Stack>
  );
}

interface NotHeldProps {
  losses: Lost | null;
  uncounted: readonly string[];
  whole: string;
}

function NotHeld({ losses, uncounted, whole }: NotHeldProps) {
  if (!losses)
    return (
      <Text size="sm" c="dimmed">
        This version was cut before its contents were counted: what the format cannot hold is told
        once it is written.
      </Text>
    );
  const lines = [...lossLines(losses), ...uncountedLines(uncounted)];
  const records = recordsLost(losses);
  if (lines.length === 0)
    return (
      <Alert color="teal" icon={<IconCheck aria-hidden />} p="sm">
        {whole}
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
