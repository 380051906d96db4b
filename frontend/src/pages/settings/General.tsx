import { Button, Group, NumberInput, Radio, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf } from "@/api/problem";
import { changeProject, changesOf, projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { numberError, renamed } from "@/components/numbers";
import { Section } from "@/components/Section";
import { ShareFields } from "@/components/ShareFields";

const MOST_OF_ARM = 40; // percent

/** The form's names of the API's fields. */
const FIELDS = {
  overlap_share: "overlapShare",
  holdout_share: "holdout",
  holdout_people: "holdoutPeople",
  caption_control_share: "control",
  without_proposals_share: "bare",
  previous_bundle_share: "previous",
  candidate_bundle_share: "tried",
};

const valuesOf = (project: Project) => ({
  name: project.name,
  description: project.description,
  overlap: project.overlap,
  overlapShare: Math.round(100 * project.overlap_share),
  holdout: Math.round(100 * project.holdout_share),
  holdoutPeople: project.holdout_people,
  control: Math.round(100 * project.caption_control_share),
  bare: Math.round(100 * project.without_proposals_share),
  previous: Math.round(100 * project.previous_bundle_share),
  tried: Math.round(100 * project.candidate_bundle_share),
  plan: project.plan,
});

function patchOf(values: Values) {
  const { holdout, holdoutPeople, control, bare, previous, tried, overlapShare, ...rest } = values;
  return {
    ...rest,
    overlap_share: overlapShare / 100,
    holdout_share: holdout / 100,
    holdout_people: holdoutPeople,
    caption_control_share: control / 100,
    without_proposals_share: bare / 100,
    previous_bundle_share: previous / 100,
    candidate_bundle_share: tried / 100,
  };
}

type Values = ReturnType<typeof valuesOf>;

export function General({ project }: { project: Project }) {
  const queries = useQueryClient();
  const form = useForm({
    initialValues: valuesOf(project),
    validate: {
      name: (name) => (name.trim() ? null : "Give the project a name"),
      overlap: (people) => numberError(people, 1, 5),
      overlapShare: (percent) => numberError(percent, 0, 100),
      holdout: (percent) => numberError(percent, 0, 90),
      holdoutPeople: (people) => numberError(people, 1, 5),
      control: (percent) => numberError(percent, 0, 100),
      bare: (percent) => numberError(percent, 0, MOST_OF_ARM),
      previous: (percent) => numberError(percent, 0, MOST_OF_ARM),
      tried: (percent) => numberError(percent, 0, MOST_OF_ARM),
    },
  });
  const save = useMutation({
    mutationFn: (values: Values) =>
      changeProject(project.id, changesOf(patchOf(values), patchOf(form.getInitialValues()))),
    onSuccess: async (_, values) => {
      form.resetDirty(values);
      await queries.invalidateQueries(projectQuery(project.id));
      await queries.invalidateQueries({ queryKey: ["projects"] });
      notifications.show({ color: "teal", message: "The settings were saved." });
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), FIELDS)),
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
          <ShareFields
            inputs={form.getInputProps}
            hasOverlap={Number(form.values.overlap) > 1}
            hasHoldout={form.values.holdout > 0}
            overlapMeans="Two or more work blind. Counts at once, for images that are not finished."
            holdoutMeans="Counts for images imported from now on."
          />
          {(form.values.holdout > 0 || project.counts.holdout > 0) && (
            <NumberInput
              label="People per image of the holdout"
              description="At least. Where two or more do one, blind, the rounds show how far they agree: as near as a model can be expected to come."
              min={1}
              max={5}
              allowDecimal={false}
              {...form.getInputProps("holdoutPeople")}
            />
          )}
          <Group grow align="flex-start">
            <NumberInput
              label="Annotated without proposals"
              description="Of the images, drawn by hash. Shows what proposed masks save."
              min={0}
              max={MOST_OF_ARM}
              suffix=" %"
              {...form.getInputProps("bare")}
            />
            <NumberInput
              label="With the previous model's proposals"
              description="Of the images, drawn by hash. Shows what the newest round brought; none after a roll back, until another model serves."
              min={0}
              max={MOST_OF_ARM}
              suffix=" %"
              {...form.getInputProps("previous")}
            />
          </Group>
          <NumberInput
            label="With the proposals of a model on trial"
            description="Of the images left to the serving model, drawn by hash, while a manager tries a round that does not serve."
            min={0}
            max={MOST_OF_ARM}
            suffix=" %"
            {...form.getInputProps("tried")}
          />
          <NumberInput
            label="Described without a proposal"
            description="Of the images, drawn by hash. Shows what proposed descriptions save, and how far they sway people."
            min={0}
            max={100}
            suffix=" %"
            {...form.getInputProps("control")}
          />
          <Radio.Group
            label="Plan"
            description="Counts at once. What was done under the other plan is kept."
            {...form.getInputProps("plan")}
          >
            <Stack gap="xs" mt={6}>
              <Radio
                value="whole"
                label="One pass"
                description="Whoever opens an image verifies, corrects and completes it."
              />
              <Radio
                value="queues"
                label="Three queues"
                description="Verify proposals one by one, complete images, correct only the failures."
              />
            </Stack>
          </Radio.Group>
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
