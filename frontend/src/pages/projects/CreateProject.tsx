import { Button, Group, Modal, Stack, TagsInput, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { formErrorsOf } from "@/api/problem";
import { createProject } from "@/api/projects";
import { colorFor } from "@/components/labelColors";
import { numberError, renamed } from "@/components/numbers";
import { ShareFields } from "@/components/ShareFields";

/** The form's names of the API's fields. */
const FIELDS = { overlap_share: "overlapShare", holdout_share: "holdout" };

interface Props {
  opened: boolean;
  onClose: () => void;
}

export function CreateProject({ opened, onClose }: Props) {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({
    initialValues: {
      ...{ name: "", description: "", labels: [] as string[] },
      ...{ overlap: 1, overlapShare: 100, holdout: 10 },
    },
    validate: {
      name: (name) => (name.trim() ? null : "Give the project a name"),
      overlap: (people) => numberError(people, 1, 5),
      overlapShare: (percent) => numberError(percent, 0, 100),
      holdout: (percent) => numberError(percent, 0, 90),
    },
  });
  const create = useMutation({
    mutationFn: (values: typeof form.values) =>
      createProject({
        name: values.name.trim(),
        description: values.description,
        labels: values.labels.map((name, index) => ({ name, color: colorFor(index) })),
        overlap: values.overlap,
        overlap_share: values.overlapShare / 100,
        holdout_share: values.holdout / 100,
      }),
    onSuccess: async (project) => {
      onClose();
      form.reset();
      await queries.invalidateQueries({ queryKey: ["projects"] });
      await navigate({
        to: "/projects/$projectId",
        params: { projectId: String(project.id) },
      });
    },
    onError: (error) => form.setErrors(renamed(formErrorsOf(error), FIELDS)),
  });

  return (
    <Modal opened={opened} onClose={onClose} title="New project" size="md">
      <form onSubmit={form.onSubmit((values) => create.mutate(values))}>
        <Stack gap="md">
          <TextInput
            label="Name"
            placeholder="Cell nuclei"
            maxLength={100}
            data-autofocus
            {...form.getInputProps("name")}
          />
          <Textarea
            label="What the images show"
            placeholder="Fluorescence microscopy, one nucleus per mask"
            autosize
            minRows={2}
            {...form.getInputProps("description")}
          />
          <TagsInput
            label="Labels"
            description="Press Enter after each one. They can be changed later."
            placeholder={form.values.labels.length ? "" : "nucleus"}
            {...form.getInputProps("labels")}
          />
          <ShareFields
            inputs={form.getInputProps}
            hasOverlap={Number(form.values.overlap) > 1}
            hasHoldout={form.values.holdout > 0}
            overlapMeans="Two or more work without each other's masks."
            holdoutMeans="Judges every new model, never trained on."
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create project
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
