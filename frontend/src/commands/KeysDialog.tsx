import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { useSignal } from "@/components/useSignal";
import { changedKeys } from "./changed-keys";
import { assignKeys, byGroup } from "./command";
import classes from "./commands.module.css";
import { KeyRow } from "./KeyRow";
import { commandsOf, offers, use } from "./on-offer";
import { closeKeys, openWindow, TOUR } from "./windows";

/** The keys of the page, and the place to change them. */
export function KeysDialog() {
  const isOpen = useSignal(openWindow) === "keys";
  const [waiting, setWaiting] = useState<string | null>(null); // the command whose key is pressed next
  return (
    <Modal
      opened={isOpen}
      onClose={closeKeys}
      onExitTransitionEnd={() => setWaiting(null)}
      closeOnEscape={waiting === null}
      title="Keys"
      size={860}
    >
      <KeyList waiting={waiting} onWait={setWaiting} />
    </Modal>
  );
}

interface ListProps {
  waiting: string | null;
  onWait: (id: string | null) => void;
}

function KeyList({ waiting, onWait }: ListProps) {
  const made = useSignal(offers);
  const changed = useSignal(changedKeys);
  const commands = commandsOf(made);
  const keys = assignKeys(commands, changed);
  const tour = commands.find(({ id }) => id === TOUR);
  const listed = commands.filter(({ key }) => key !== undefined);
  const groups = byGroup(listed, ({ group }) => group);
  return (
    <>
      <Group gap="xs" mih={30} mb="xs">
        <Text size="xs" c="dimmed" mr="auto">
          Click a key to change it. Changed keys stay in this browser.
        </Text>
        {tour !== undefined && (
          <Button
            size="compact-xs"
            variant="light"
            onClick={() => {
              closeKeys();
              use(tour);
            }}
          >
            {tour.title}
          </Button>
        )}
        <Button
          size="compact-xs"
          variant="default"
          // Not `disabled`: the focus stays on it after a click.
          data-disabled={changed.size === 0 || undefined}
          aria-disabled={changed.size === 0}
          onClick={() => {
            onWait(null);
            changedKeys.set(new Map());
          }}
        >
          Reset all keys
        </Button>
      </Group>
      <div className={classes.keys}>
        {groups.map(([group, its]) => (
          <Stack key={group} gap={2} className={classes.keyGroup}>
            <Text component="h3" size="xs" c="dimmed" fw={600} mb={2}>
              {group}
            </Text>
            {its.map((command) => (
              <KeyRow
                key={command.id}
                {...{ commands, command, changed }}
                keys={keys.get(command.id) ?? { own: null, also: [] }}
                isWaiting={waiting === command.id}
                onWait={(isWaiting) => onWait(isWaiting ? command.id : null)}
              />
            ))}
          </Stack>
        ))}
      </div>
    </>
  );
}
