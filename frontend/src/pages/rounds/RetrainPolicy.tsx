import { Button, Group, NumberInput, Stack, Switch } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";

/** When a round starts by itself. */
export function RetrainPolicy({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      byImages: project.retrain_after_images !== null,
      images: project.retrain_after_images ?? 20,
      byTime: project.retrain_every_hours !== null,
      hours: project.retrain_every_hours ?? 24,
    },
  });
  const save = useMutation({
    mutationFn: (values: typeof form.values) =>
      changeProject(project.id, {
        retrain_after_images: values.byImages ? values.images : null,
        retrain_every_hours: values.byTime ? values.hours : null,
      }),
    onSuccess: async () => {
      form.resetDirty();
      await queries.invalidateQueries(projectQuery(project.id));
      notifications.show({ color: "teal", message: "The retrain policy was saved." });
    },
    onError: (error) => form.setErrors(formErrorsOf(error)),
  });

  return (
    <Section
      title="Retrain by itself"
      description="A round starts when either is due and something new is finished."
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="After finished images"
              {...form.getInputProps("byImages", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={1}
              allowDecimal={false}
              aria-label="Finished images"
              disabled={!form.values.byImages}
              {...form.getInputProps("images")}
            />
          </Group>
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="Every so many hours"
              {...form.getInputProps("byTime", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={0.1}
              step={1}
              aria-label="Hours"
              disabled={!form.values.byTime}
              {...form.getInputProps("hours")}
            />
          </Group>
          <Button
            type="submit"
            variant="default"
            disabled={!form.isDirty()}
            loading={save.isPending}
          >
            Save policy
          </Button>
        </Stack>
      </form>
    </Section>
  );
}
