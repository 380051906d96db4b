import { Button, Group, Select, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";
import { LISTENERS } from "./listeners";

/** Who may hear the voices of a project; everybody may read it, managers change it. */
export function Voice({ project }: { project: Project }) {
  const queries = useQueryClient();
  const canChange = project.role === "manager";
  const form = useForm({ initialValues: { listeners: project.listeners } });
  const save = useMutation({
    mutationFn: (values: typeof form.values) => changeProject(project.id, values),
    onSuccess: async () => {
      form.resetDirty();
      await queries.invalidateQueries(projectQuery(project.id));
      notifications.show({ color: "teal", message: "The settings were saved." });
    },
    onError: (error) => form.setErrors(formErrorsOf(error)),
  });

  return (
    <Section title="Voices" description="What people say is personal data; texts are not deleted.">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Select
            label="Who may listen"
            description="Everybody hears their own takes. This says who hears those of others."
            allowDeselect={false}
            readOnly={!canChange}
            data={LISTENERS}
            {...form.getInputProps("listeners")}
          />
          {canChange && (
            <Group justify="flex-end">
              <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
                Save
              </Button>
            </Group>
          )}
        </Stack>
      </form>
    </Section>
  );
}
