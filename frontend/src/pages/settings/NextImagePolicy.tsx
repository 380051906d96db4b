import { Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { renamed } from "@/components/numbers";
import { Section } from "@/components/Section";

/** Which of the images that wait people get next. */
export function NextImagePolicy({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({ initialValues: { nextBy: project.next_by } });
  const save = useMutation({
    mutationFn: ({ nextBy }: typeof form.values) => changeProject(project.id, { next_by: nextBy }),
    onSuccess: async () => {
      form.resetDirty();
      await queries.invalidateQueries(projectQuery(project.id));
      notifications.show({ color: "teal", message: "The order of images was saved." });
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), { next_by: "nextBy" })),
  });

  return (
    <Section
      title="Which image next"
      description="Counts once the model has seen the images. What was returned comes first in any order."
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Radio.Group aria-label="Order of images" {...form.getInputProps("nextBy")}>
            <Stack gap="xs">
              <Radio value="import" label="In order of import" description="As they came in." />
              <Radio
                value="random"
                label="At random"
                description="Drawn by hash, so that every round sees all kinds of images."
              />
              <Radio
                value="model"
                label="Where the model learns most"
                description="Kinds of images that nobody has finished or that it does badly; near-duplicates far apart. One in five comes at random, and so does the holdout."
              />
            </Stack>
          </Radio.Group>
          {form.values.nextBy === "model" && (
            <Text size="sm">
              Hard images then come first, so that a mask may cost more from round to round although
              the model improves. What proposals save can still be told: images with and without
              them are chosen alike.
            </Text>
          )}
          <Group justify="flex-end">
            <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
              Save order
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
