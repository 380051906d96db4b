import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { KeyboardEvent } from "react";
import { chordOf } from "@/commands/chord";
import { KeyOf, Keys } from "@/commands/Keys";
import { useKey } from "@/commands/useKey";
import { plural } from "@/components/format";
import { editorCommand } from "./editor-commands";

interface Props {
  opened: boolean;
  /** Proposals that nobody has decided about. */
  undecided: number;
  onKeep: () => void;
  onFinish: () => void;
}

const NEXT = editorCommand("image.next");

/** Asks before an image on which nothing is marked is finished: one key too many is easily pressed. */
export function FinishEmpty({ opened, undecided, onKeep, onFinish }: Props) {
  const key = useKey(NEXT);
  const onKeyDown = (event: KeyboardEvent): void => {
    // A key that is held down has asked, and does not answer.
    if (event.repeat || chordOf(event.nativeEvent) !== key) return;
    event.preventDefault();
    onFinish();
  };
  return (
    <Modal
      opened={opened}
      onClose={onKeep}
      onKeyDown={onKeyDown}
      title="Nothing is marked on this image"
      size="sm"
      transitionProps={{ duration: 0 }}
    >
      <Stack gap="sm">
        <Text size="sm">
          {plural(undecided, "proposal is", "proposals are")} undecided. Finish it as empty, or keep
          working?
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onFinish} rightSection={<KeyOf command={NEXT} />}>
            Finish as empty
          </Button>
          <Button data-autofocus onClick={onKeep} rightSection={<Keys chord="Enter" />}>
            Keep working
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
