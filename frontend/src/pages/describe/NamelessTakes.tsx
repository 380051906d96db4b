import { Alert, Button, Group, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { formatAgo, plural } from "@/components/format";
import { claimNameless, findNameless } from "@/recorder/service";
import type { StoredRecording } from "@/recorder/store";
import { tellCutOff } from "./sending";

/** Takes that an older version left without a name: nobody sends another person's as their own. */
export function NamelessTakes() {
  const [takes, setTakes] = useState<readonly StoredRecording[]>([]);
  useEffect(() => {
    void findNameless().then(setTakes);
  }, []);
  const [first] = takes;
  if (!first) return null;
  const claimAll = () => {
    setTakes([]);
    void claimNameless().then((cutOff) => cutOff.forEach(tellCutOff));
  };
  return (
    <Alert color="orange" title="Found on this device: did you say this?" role="alert">
      <Text size="sm">
        {plural(takes.length, "take")}, the first begun{" "}
        {formatAgo(new Date(first.startedAt).toISOString())}, and not sent. An older version did not
        note who spoke.
      </Text>
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" onClick={claimAll}>
          It was me: send
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => setTakes([])}>
          Leave it here
        </Button>
      </Group>
    </Alert>
  );
}
