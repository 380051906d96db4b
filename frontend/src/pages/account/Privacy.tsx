import { Button, Group, Skeleton, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { consentQuery, withdrawConsent } from "@/api/session";
import { ErrorState } from "@/components/ErrorState";
import { formatMoment } from "@/components/format";
import { Section } from "@/components/Section";

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
          No take of yours can be recorded until you agree again. Takes that you have recorded stay:
          delete the voice of each, or remove it, on the page of its image.
        </Text>
      ),
      labels: { confirm: "Withdraw", cancel: "Keep it" },
      onConfirm: () => withdraw.mutate(),
    });

  return (
    <Section
      title="Voice"
      description="Your voice is personal data. The voice of a take can be deleted on the page of its image."
    >
      {isPending && <Skeleton height={22} />}
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {consent?.given && consent.given_at && (
        <Group justify="space-between">
          <Text size="sm">You agreed to being recorded on {formatMoment(consent.given_at)}.</Text>
          <Button variant="default" size="compact-sm" onClick={ask} loading={withdraw.isPending}>
            Withdraw…
          </Button>
        </Group>
      )}
      {consent && !consent.given && (
        <Text size="sm" c="dimmed">
          You have not agreed to being recorded. You are asked before your first take.
        </Text>
      )}
    </Section>
  );
}
