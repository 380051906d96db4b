import { Button, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Project } from "@/api/types";
import { webhooksQuery } from "@/api/webhooks";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";
import { ShownOnce } from "@/components/ShownOnce";
import { HowToVerify } from "./HowToVerify";
import { WebhookDialog } from "./WebhookDialog";
import { WebhookRow } from "./WebhookRow";

/** Addresses of other programs that are told when something of the project is done. */
export function Webhooks({ project }: { project: Project }) {
  const hooks = useQuery(webhooksQuery(project.id));
  const [isNew, { open, close }] = useDisclosure(false);
  const [secret, setSecret] = useState<string | null>(null); // of the one that was just made
  return (
    <Section
      title="Webhooks"
      description="Other programs are told when a cut of a version, an export, an import or its undo, or a round has ended, well or not."
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={open}
        >
          Add a webhook
        </Button>
      }
    >
      <Stack gap="sm">
        {hooks.isPending && <Skeleton height={48} />}
        {hooks.error && <ErrorState error={hooks.error} onRetry={() => hooks.refetch()} />}
        {hooks.data?.length === 0 && (
          <Text size="sm" c="dimmed">
            No webhook yet. Add the address of a program, and choose what it is told of.
          </Text>
        )}
        {hooks.data && hooks.data.length > 0 && (
          <Stack gap="md" role="list" aria-label="Webhooks">
            {hooks.data.map((hook) => (
              <WebhookRow key={hook.id} hook={hook} project={project.id} onSecret={setSecret} />
            ))}
          </Stack>
        )}
        {secret !== null && (
          <ShownOnce
            title="Copy the secret now. It is not shown again."
            what="secret"
            secret={secret}
            onClose={() => setSecret(null)}
          >
            <Text size="xs" mt={6}>
              The program that is told needs it to see that a message is from here.
            </Text>
          </ShownOnce>
        )}
        <HowToVerify />
      </Stack>
      <WebhookDialog project={project.id} onSecret={setSecret} opened={isNew} onClose={close} />
    </Section>
  );
}
