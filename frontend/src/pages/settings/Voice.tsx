import { Button, Group, NumberInput, Select, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, changesOf, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { numberError, renamed } from "@/components/numbers";
import { Section } from "@/components/Section";
import { LISTENERS, listenersWords, retentionWords } from "./voice-words";

const MOST_DAYS = 3650;
const DESCRIPTION = "What people say is personal data. Texts are kept in any case.";

interface Values {
  listeners: Project["listeners"];
  expires: boolean;
  days: number;
}

const patchOf = ({ listeners, expires, days }: Values) => ({
  listeners,
  voice_days: expires ? days : null,
});

/** Who hears the voices of a project, and for how long they are kept. */
export function Voice({ project }: { project: Project }) {
  if (project.role === "manager") return <VoiceForm project={project} />;
  return (
    <Section title="Voices" description={DESCRIPTION}>
      <Text size="sm">{listenersWords(project.listeners)}</Text>
      <Text size="sm">{retentionWords(project.voice_days)}</Text>
    </Section>
  );
}

function VoiceForm({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm<Values>({
    initialValues: {
      listeners: project.listeners,
      expires: project.voice_days !== null,
      days: project.voice_days ?? 90,
    },
    validate: {
      days: (days, { expires }) => (expires ? numberError(days, 1, MOST_DAYS) : null),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) =>
      changeProject(project.id, changesOf(patchOf(values), patchOf(form.getInitialValues()))),
    onSuccess: async (_, values) => {
      form.resetDirty(values);
      await queries.invalidateQueries(projectQuery(project.id));
      notifications.show({ color: "teal", message: "The settings were saved." });
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), { voice_days: "days" })),
  });

  return (
    <Section title="Voices" description={DESCRIPTION}>
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Select
            label="Who may listen"
            description="Everybody hears their own takes. This says who hears those of others."
            allowDeselect={false}
            data={LISTENERS}
            {...form.getInputProps("listeners")}
          />
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Switch
              label="Delete voices after this many days"
              description="Audio and pointer traces go for good, the days counted from the take. Older takes are included."
              {...form.getInputProps("expires", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              flex="none"
              min={1}
              max={MOST_DAYS}
              allowDecimal={false}
              aria-label="Days until a voice is deleted"
              disabled={!form.values.expires}
              {...form.getInputProps("days")}
            />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
