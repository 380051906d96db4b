import { Button, Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { formErrorsOf, messageOf } from "@/api/problem";
import type { Webhook, WebhookEvent } from "@/api/types";
import { changeWebhook, createWebhook, webhooksQuery } from "@/api/webhooks";
import { EVENTS, newSecret } from "./webhookWords";

interface Props {
  project: number;
  /** The one to change; none: a new one is made. */
  hook?: Webhook;
  /** Told of a secret that was made; it is shown nowhere else. */
  onSecret: (secret: string) => void;
  onClose: () => void;
}

/** Where a webhook is and what it is told of; saved together. */
export function WebhookForm({ project, hook, onSecret, onClose }: Props) {
  const queries = useQueryClient();
  // Made once: sent again after an answer was lost, nothing is made twice.
  const [made] = useState(() => ({ id: crypto.randomUUID(), secret: newSecret() }));
  const form = useForm({
    initialValues: {
      url: hook?.url ?? "",
      events: (hook?.events ?? Object.keys(EVENTS)) as WebhookEvent[],
      isReplaced: false,
    },
    validate: {
      url: (url) => (url.trim() ? null : "Enter the address that is told"),
      events: (events) => (events.length > 0 ? null : "Choose at least one"),
    },
  });
  const save = useMutation({
    mutationFn: ({ url, events, isReplaced }: typeof form.values) => {
      const wanted = { url: url.trim(), events };
      if (!hook) return createWebhook(project, { ...wanted, ...made });
      const secret = isReplaced ? { secret: made.secret } : {};
      return changeWebhook(hook.id, { ...wanted, ...secret });
    },
    meta: { shownInPlace: true },
    onSuccess: async (_, { isReplaced }) => {
      if (!hook || isReplaced) onSecret(made.secret);
      await queries.invalidateQueries(webhooksQuery(project));
      onClose();
    },
    onError: (error) => form.setErrors(formErrorsOf(error)),
  });
  const isPlaced = Object.keys(formErrorsOf(save.error)).length > 0;

  return (
    <form onSubmit={form.onSubmit((values) => save.mutate(values))} noValidate>
      <Stack gap="md">
        <TextInput
          label="Address"
          description="https, and one that everybody can reach"
          placeholder="https://example.org/anneal"
          type="url"
          maxLength={500}
          data-autofocus
          {...form.getInputProps("url")}
        />
        <Checkbox.Group label="Told of" {...form.getInputProps("events")}>
          <Stack gap={8} mt={6} mb={form.errors.events ? 6 : 0}>
            {Object.entries(EVENTS).map(([event, words]) => (
              <Checkbox key={event} value={event} label={words} />
            ))}
          </Stack>
        </Checkbox.Group>
        {hook && (
          <Checkbox
            label="Make a new secret"
            description="It is shown once. Messages are signed with it from then on."
            {...form.getInputProps("isReplaced", { type: "checkbox" })}
          />
        )}
        {save.error !== null && !isPlaced && (
          <Text size="sm" c="red" role="alert">
            {messageOf(save.error)}
          </Text>
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={save.isPending}>
            {hook ? "Save" : "Add the webhook"}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
