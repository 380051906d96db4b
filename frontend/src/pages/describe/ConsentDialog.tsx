import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { consentQuery, giveConsent } from "@/api/session";

interface Props {
  opened: boolean;
  onClose: () => void;
  onGiven: () => void;
}

/** Asked once, before the first take: voice is personal data. */
export function ConsentDialog({ opened, onClose, onGiven }: Props) {
  const queries = useQueryClient();
  const give = useMutation({
    mutationFn: giveConsent,
    onSuccess: async () => {
      await queries.invalidateQueries(consentQuery);
      onGiven();
    },
  });

  return (
    <Modal opened={opened} onClose={onClose} title="May your voice be recorded?" size="md">
      <Stack gap="md">
        <Text size="sm">Your voice is personal data. If you agree:</Text>
        <List size="sm" spacing={6}>
          <List.Item>
            what you say and where you point is recorded while you record a take;
          </List.Item>
          <List.Item>it is turned into text on this server; your voice never leaves it;</List.Item>
          <List.Item>the people of an image's project can listen to its takes;</List.Item>
          <List.Item>
            you can delete the voice of any take at any time, for good; your corrected text stays.
          </List.Item>
        </List>
        <Text size="sm" c="dimmed">
          It counts for all your projects. You can withdraw it under Your account, in the menu at
          the top right.
        </Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button onClick={() => give.mutate()} loading={give.isPending}>
            I agree, start recording
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
