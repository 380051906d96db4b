import { Alert, Button, Group, Text } from "@mantine/core";
import type { Transcript } from "@/api/types";

interface Props {
  newer: Transcript;
  canSave: boolean;
  /** Saves one's own text upon this one. */
  onSave: () => void;
  /** Leaves one's own text for this one. */
  onDrop: () => void;
}

/** What somebody else made of a text that is being corrected: the person decides between the two. */
export function NewerText({ newer, canSave, onSave, onDrop }: Props) {
  return (
    <Alert
      color="orange"
      role="alert"
      mt="sm"
      title={`${newer.author ?? "Somebody"} has corrected this text meanwhile`}
    >
      <Text size="sm" style={{ overflowWrap: "anywhere" }}>
        {newer.text}
      </Text>
      <Group gap="xs" mt="xs">
        <Button size="compact-sm" disabled={!canSave} onClick={onSave}>
          Save mine in its place
        </Button>
        <Button size="compact-sm" variant="default" onClick={onDrop}>
          Drop mine
        </Button>
      </Group>
    </Alert>
  );
}
