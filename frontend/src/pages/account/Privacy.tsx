import { Button, Group, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { consentQuery, withdrawConsent } from "@/api/session";
import { formatMoment } from "@/components/format";
import { Section } from "@/components/Section";

export function Privacy() {
  const queries = useQueryClient();
  const { data: consent } = useQuery(consentQuery);
  const withdraw = useMutation({
    mutationFn: withdrawConsent,
    onSuccess: () => queries.invalidateQueries(consentQuery),
  });

  return (
    <Section
      title="Voice"
      description="Your voice is personal data. A single take can be deleted on the page of its image."
    >
      {consent?.given && consent.given_at ? (
        <Group justify="space-between">
          <Text size="sm">You agreed to being recorded on {formatMoment(consent.given_at)}.</Text>
          <Button
            variant="default"
            size="compact-sm"
            onClick={() => withdraw.mutate()}
            loading={withdraw.isPending}
          >
            Withdraw
          </Button>
        </Group>
      ) : (
        <Text size="sm" c="dimmed">
          You have not agreed to being recorded. You are asked before your first take.
        </Text>
      )}
    </Section>
  );
}
