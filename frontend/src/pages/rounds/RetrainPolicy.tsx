import { Button, Group, NumberInput, Stack, Switch, Text } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, changesOf, projectQuery } from "@/api/projects";
import { expectationQuery } from "@/api/rounds";
import type { Project } from "@/api/types";
import { NotLoaded } from "@/components/NotLoaded";
import { numberError, renamed } from "@/components/numbers";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { basisWords, expectationWords } from "./expectationWords";

const MOST = Number.POSITIVE_INFINITY;
const FIELDS = {
  retrain_after_images: "images",
  retrain_every_hours: "hours",
  retrain_at_price: "price",
};

const valuesOf = (project: Project) => ({
  byImages: project.retrain_after_images !== null,
  images: project.retrain_after_images ?? 20,
  byTime: project.retrain_every_hours !== null,
  hours: project.retrain_every_hours ?? 24,
  asItPays: project.retrain_at_price !== null,
  price: project.retrain_at_price ?? 60,
});

type Values = ReturnType<typeof valuesOf>;

const patchOf = (values: Values) => ({
  retrain_after_images: values.byImages ? values.images : null,
  retrain_every_hours: values.byTime ? values.hours : null,
  retrain_at_price: values.asItPays ? values.price : null,
});

/** When a round starts by itself. */
export function RetrainPolicy({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: valuesOf(project),
    validate: {
      images: (images, { byImages }) => (byImages ? numberError(images, 1, MOST) : null),
      hours: (hours, { byTime }) => (byTime ? numberError(hours, 0.1, MOST) : null),
      price: (price, { asItPays }) => (asItPays ? numberError(price, 1, MOST) : null),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) =>
      changeProject(project.id, changesOf(patchOf(values), patchOf(form.getInitialValues()))),
    onSuccess: async (_, values) => {
      form.resetDirty(values);
      await queries.invalidateQueries(projectQuery(project.id));
      notifications.show({ color: "teal", message: "The retrain policy was saved." });
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), FIELDS)),
  });

  return (
    <Section
      title="Retrain by itself"
      description={
        form.values.byImages || form.values.byTime || form.values.asItPays
          ? "A round starts as soon as one of these is due and something new is finished."
          : "Off: rounds start by hand only."
      }
    >
      <form onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="After this many images"
              description="Newly finished, or newly described"
              {...form.getInputProps("byImages", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={1}
              allowDecimal={false}
              aria-label="New images until a round"
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
          <Group justify="space-between" wrap="nowrap">
            <Switch
              label="When it saves people more than it takes"
              description="A minute of the machine is worth so many seconds of people's time"
              {...form.getInputProps("asItPays", { type: "checkbox" })}
            />
            <NumberInput
              size="xs"
              w={96}
              min={1}
              step={10}
              aria-label="People's seconds that a minute of the machine is worth"
              disabled={!form.values.asItPays}
              {...form.getInputProps("price")}
            />
          </Group>
          <Expected project={project} />
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

/** What a round would save and take by now, and how that is known. */
function Expected({ project }: { project: Project }) {
  const query = useQuery(expectationQuery(project.id));
  const { data: expectation } = query;
  if (query.isLoadingError) return <NotLoaded what="What another round would save" query={query} />;
  if (!expectation) return null;
  return (
    <Text size="sm">
      {expectationWords(expectation)}{" "}
      {expectation.saving && (
        <Text span inherit c="dimmed">
          {basisWords(expectation)}
        </Text>
      )}{" "}
      <Source
        of="What another round would save"
        path="/api/projects/{project_id}/expectation"
        id={project.id}
      >
        Seconds a mask with what served after each judged round, against the images that the round
        learned from; on the masks that are expected of images that nobody has begun. What people
        learned from one round to the next is in it.
      </Source>
    </Text>
  );
}
