import { Button, Group, Select, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { autoAcceptQuery } from "@/api/auto-accept";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { renamed } from "@/components/numbers";
import { Section } from "@/components/Section";
import { choices, OFF, precisionOf } from "./acceptWords";

/** From which precision on the model accepts proposals without a person. */
export function AutoAcceptPolicy({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { wanted: String(project.auto_accept_precision ?? OFF) },
  });
  const save = useMutation({
    mutationFn: ({ wanted }: typeof form.values) =>
      changeProject(project.id, { auto_accept_precision: precisionOf(wanted) }),
    onSuccess: async () => {
      form.resetDirty();
      await queries.invalidateQueries(projectQuery(project.id));
      await queries.invalidateQueries(autoAcceptQuery(project.id));
      notifications.show({ color: "teal", message: "The auto-accept setting was saved." });
    },
    onError: (error) =>
      form.setErrors(renamed(formErrorsOf(error), { auto_accept_precision: "wanted" })),
  });

  return (
    <Section
      title="Accept by itself"
      description="The model accepts new proposals where it has shown that so many of them are right; among several labels, only those that it names. One in ten is left to people as a check; if they find fewer right, it stops. While a model is on trial nothing is accepted."
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Select
            label="Masks that are right as they are"
            data={choices(project.auto_accept_precision)}
            allowDeselect={false}
            {...form.getInputProps("wanted")}
          />
          <Group justify="flex-end">
            <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
              Save choice
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
