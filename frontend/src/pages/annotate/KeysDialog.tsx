import { Group, Kbd, Modal, SimpleGrid, Stack, Text } from "@mantine/core";
import { Fragment } from "react";
import { KEYS } from "./keys";

const GROUPS = ["Tools", "Verify", "Label", "Work", "View"] as const;

export function KeysDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={760}>
      <SimpleGrid cols={{ base: 1, sm: 2 }} spacing="xl" verticalSpacing="lg">
        {GROUPS.map((group) => (
          <Stack key={group} gap={8}>
            <Text size="xs" c="dimmed" fw={600}>
              {group}
            </Text>
            {KEYS.filter((key) => key.group === group).map(({ keys, what }) => (
              <Group key={what} justify="space-between" wrap="nowrap" align="flex-start" gap="md">
                <Text size="sm">{what}</Text>
                <Group gap={3} wrap="nowrap">
                  {keys.map((key, index) => (
                    <Fragment key={key}>
                      {index > 0 && ["A"].includes(keys[0] ?? "") && (
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
      </SimpleGrid>
    </Modal>
  );
}
