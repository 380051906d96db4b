import { Button, Group, NumberInput, Stack, Switch } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { numberError, renamed } from "@/components/numbers";
import { Section } from "@/components/Section";

const MOST = Number.POSITIVE_INFINITY;
const FIELDS = { retrain_after_images: "images", retrain_every_hours: "hours" };

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
    validate: {
      images: (images, { byImages }) => (byImages ? numberError(images, 1, MOST) : null),
      hours: (hours, { byTime }) => (byTime ? numberError(hours, 0.1, MOST) : null),
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
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), FIELDS)),
  });

  return (
    <Section
      title="Retrain by itself"
      description={
        form.values.byImages || form.values.byTime
          ? "A round starts as soon as one of these is due and something new is finished."
          : "Off: rounds start by hand only."
      }
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="After this many finished images"
              {...form.getInputProps("byImages", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={1}
              allowDecimal={false}
              aria-label="Finished images until a round"
              disabled={!form.values.byImages}
              {...form.getInputProps("images")}
            />
          </Group>
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="After this many hours"
              {...form.getInputProps("byTime", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={0.1}
              step={1}
              aria-label="Hours until a round"
              disabled={!form.values.byTime}
              {...form.getInputProps("hours")}
            />
          </Group>
          <Group justify="flex-end">
            <Button type="submit" disabled={!form.isDirty()} loading={save.isPending}>
              Save policy
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
