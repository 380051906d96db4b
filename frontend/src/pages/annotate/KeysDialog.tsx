import { Group, Kbd, Modal, Stack, Text } from "@mantine/core";
import { Fragment } from "react";
import classes from "./AnnotatePage.module.css";
import { KEY_GROUPS, KEYS } from "./keys";

export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={860}>
      <div className={classes.keys}>
        {KEY_GROUPS.map((group) => (
          <Stack key={group} gap={8} className={classes.keyGroup}>
            <Text size="xs" c="dimmed" fw={600}>
              {group}
            </Text>
            {KEYS.filter((key) => key.group === group).map(({ keys, what }) => (
              <Group key={what} justify="space-between" wrap="nowrap" align="flex-start" gap="md">
                <Text size="sm">{what}</Text>
                <Group gap={3} wrap="nowrap">
                  {keys.map((key, index) => (
                    <Fragment key={key}>
                      {index > 0 && keys[0] === "A" && (
                        <Text size="xs" c="dimmed">
                          or
                        </Text>
                      )}
                      <Kbd size="xs">{key}</Kbd>
                    </Fragment>
                  ))}
                </Group>
              </Group>
            ))}
          </Stack>
        ))}
      </div>
    </Modal>
  );
}
