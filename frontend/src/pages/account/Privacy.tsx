import { Button, Group, Skeleton, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { consentQuery, withdrawConsent } from "@/api/session";
import { ErrorState } from "@/components/ErrorState";
import { formatMoment } from "@/components/format";
import { Section } from "@/components/Section";
import { ConsentText } from "@/pages/describe/ConsentText";
import { OwnRecordings } from "./OwnRecordings";

export function Privacy() {
  const queries = useQueryClient();
  const { data: consent, error, isPending, refetch } = useQuery(consentQuery);
  const withdraw = useMutation({
    mutationFn: withdrawConsent,
    onSuccess: async () => {
      await queries.invalidateQueries(consentQuery);
      notifications.show({ color: "teal", message: "You are not recorded any more." });
    },
  });
  const ask = () =>
    modals.openConfirmModal({
      title: "Withdraw your agreement?",
      children: (
        <Text size="sm">
          No take of yours can be recorded until you agree again. Takes that you have recorded stay
          until you delete them, and no export holds their sound any more.
        </Text>
      ),
      labels: { confirm: "Withdraw", cancel: "Keep it" },
      onConfirm: () => withdraw.mutate(),
    });

  const show = () =>
    consent &&
    modals.open({ title: "What you agreed to", children: <ConsentText terms={consent.terms} /> });

  return (
    <Section
      title="Voice"
      description="Your voice is personal data. That of one take is deleted on the page of its image."
    >
      {isPending && <Skeleton height={22} />}
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {consent?.given_at && (
        <Group justify="space-between">
          <Text size="sm">
            You agreed to being recorded on {formatMoment(consent.given_at)}.
            {!consent.given && " The text has changed: you are asked again before your next take."}
          </Text>
          <Group gap="xs">
            {consent.given && (
              <Button variant="default" size="compact-sm" onClick={show}>
                Read the text
              </Button>
            )}
            <Button variant="default" size="compact-sm" onClick={ask} loading={withdraw.isPending}>
              Withdraw…
            </Button>
          </Group>
        </Group>
      )}
      {consent && !consent.given_at && (
        <Text size="sm" c="dimmed">
          You have not agreed to being recorded. You are asked before your first take.
        </Text>
      )}
      <OwnRecordings />
    </Section>
  );
}
