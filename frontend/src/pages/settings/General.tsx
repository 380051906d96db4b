import { Button, Group, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";

export function General({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      name: project.name,
      description: project.description,
      overlap: project.overlap,
      holdout: Math.round(100 * project.holdout_share),
    },
    validate: { name: (name) => (name.trim() ? null : "Give the project a name") },
  });
  const save = useMutation({
    mutationFn: ({ name, description, overlap, holdout }: typeof form.values) =>
      changeProject(project.id, { name, description, overlap, holdout_share: holdout / 100 }),
    onSuccess: async () => {
      form.resetDirty();
      await queries.invalidateQueries(projectQuery(project.id));
      await queries.invalidateQueries({ queryKey: ["projects"] });
      notifications.show({ color: "teal", message: "The settings were saved." });
    },
    onError: (error) => form.setErrors(formErrorsOf(error)),
  });

  return (
    <Section title="Project">
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <TextInput label="Name" maxLength={100} {...form.getInputProps("name")} />
          <Textarea
            label="What the images show"
            autosize
            minRows={2}
            {...form.getInputProps("description")}
          />
          <Group grow align="flex-start">
            <NumberInput
              label="People per image"
              description="Counts for images imported from now on."
              min={1}
              max={5}
              allowDecimal={false}
              {...form.getInputProps("overlap")}
            />
            <NumberInput
              label="Holdout"
              description="Counts for images imported from now on."
              min={0}
              max={90}
              suffix=" %"
              {...form.getInputProps("holdout")}
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
