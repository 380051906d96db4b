import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { consentQuery, giveConsent } from "@/api/session";
import { AnchorLink } from "@/components/links";
import { ConsentText } from "./ConsentText";

/** As the terms call the page on which agreement is withdrawn. */
const ACCOUNT = "Your account";

interface Props {
  opened: boolean;
  onClose: () => void;
  onGiven: () => void;
}

/** Asked before the first take, and again when the text has changed: voice is personal data. */
export function ConsentDialog({ opened, onClose, onGiven }: Props) {
  const queries = useQueryClient();
  const { data: consent } = useQuery(consentQuery);
  const refresh = () => queries.invalidateQueries(consentQuery);
  const give = useMutation({
    mutationFn: giveConsent,
    onSuccess: async () => {
      await refresh();
      onGiven();
    },
    onError: refresh, // the text may have changed while it was read
  });
  if (!consent) return null;

  return (
    <Modal opened={opened} onClose={onClose} title={consent.terms.title} size="md">
      <Stack gap="md">
        {consent.agreed_version !== null && !consent.given && (
          <Text size="sm" fw={500}>
            This text has changed since you agreed to it.
          </Text>
        )}
        <ConsentText
          terms={consent.terms}
          closing={<WithAccountLink text={consent.terms.closing} />}
        />
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Not now
          </Button>
          <Button onClick={() => give.mutate(consent.version)} loading={give.isPending}>
            I agree, start recording
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

function WithAccountLink({ text }: { text: string }) {
  const [before, ...after] = text.split(ACCOUNT);
  if (after.length === 0) return text;
  return (
    <>
      {before}
      <AnchorLink to="/account" inherit underline="always">
        {ACCOUNT}
      </AnchorLink>
      {after.join(ACCOUNT)}
    </>
  );
}
