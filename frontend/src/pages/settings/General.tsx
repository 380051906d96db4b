import { Button, Group, NumberInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { numberError, renamed } from "@/components/numbers";
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
    validate: {
      name: (name) => (name.trim() ? null : "Give the project a name"),
      overlap: (people) => numberError(people, 1, 5),
      holdout: (percent) => numberError(percent, 0, 90),
    },
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
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), { holdout_share: "holdout" })),
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
              description="Counts at once, for all images that are not finished."
              min={1}
              max={5}
              allowDecimal={false}
              {...form.getInputProps("overlap")}
            />
            <NumberInput
              label="Holdout"
              description={
                form.values.holdout === 0
                  ? "Without one, nothing judges a new model: each is promoted by hand."
                  : "Counts for images imported from now on."
              }
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
