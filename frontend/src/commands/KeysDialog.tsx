import { Button, Group, Modal, Stack, Text, TextInput, VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { changedKeys } from "./changed-keys";
import { assignKeys, byGroup, type Command, type KeysOfCommand } from "./command";
import classes from "./commands.module.css";
import { isSought } from "./find-keys";
import { KeyRow } from "./KeyRow";
import { commandsOf, offers, use } from "./on-offer";
import { closeKeys, openWindow, TOUR } from "./windows";

const NO_KEYS: KeysOfCommand = { own: null, also: [] };

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
      // The field stays where it is while the list below it grows shorter.
      centered={false}
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
  const [query, setQuery] = useState("");
  const made = useSignal(offers);
  const changed = useSignal(changedKeys);
  const commands = commandsOf(made);
  const keys = assignKeys(commands, changed);
  const keysFor = ({ id }: Command): KeysOfCommand => keys.get(id) ?? NO_KEYS;
  const tour = commands.find(({ id }) => id === TOUR);
  const listed = commands.filter(({ key, isUnlisted }) => key !== undefined && !isUnlisted);
  const found = listed.filter((command) => isSought(command, keysFor(command), query));
  const groups = byGroup(found, ({ group }) => group);
  return (
    <>
      <Group gap="xs" mih={30} mb="xs">
        <TextInput
          data-autofocus
          size="xs"
          w={200}
          aria-label="Search the keys"
          placeholder="Name or key"
          leftSection={<IconSearch size={14} aria-hidden />}
          value={query}
          onChange={({ currentTarget }) => {
            onWait(null); // its row may be gone
            setQuery(currentTarget.value);
          }}
        />
        <Text size="xs" c="dimmed" mr="auto">
          Click a key to change it. Changed keys are kept with your account.
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
      {found.length === 0 && (
        <Text size="sm" c="dimmed" py="xs">
          No command here is called that, and no key is.
        </Text>
      )}
      <VisuallyHidden role="status">
        {query.trim() !== "" && plural(found.length, "command")}
      </VisuallyHidden>
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
                keys={keysFor(command)}
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
