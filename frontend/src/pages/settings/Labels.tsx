import {
  ActionIcon,
  Button,
  ColorInput,
  Group,
  Stack,
  Text,
  TextInput,
  Tooltip,
} from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { formErrorsOf, messageOf } from "@/api/problem";
import { changeLabel, createLabel, deleteLabel, projectQuery, restoreLabel } from "@/api/projects";
import type { Label, Project } from "@/api/types";
import { colorFor, LABEL_COLORS } from "@/components/labelColors";
import { Section } from "@/components/Section";
import { showUndo } from "@/components/undo";
import { AttributesButton } from "./attributes/AttributesButton";
import { DeletedLabels } from "./DeletedLabels";

export function Labels({ project }: { project: Project }) {
  const labels = project.labels.filter((label) => !label.deleted);
  const isManager = project.role === "manager";

  return (
    <Section title="Labels" description="The kinds of objects that people mark.">
      <Stack gap={6}>
        {labels.length === 0 && (
          <Text size="sm" c="dimmed">
            No labels yet. {isManager ? "Add the first one below." : "A manager adds them."}
          </Text>
        )}
        {labels.map((label) => (
          <LabelRow key={label.id} label={label} project={project.id} isManager={isManager} />
        ))}
        {isManager && <NewLabel project={project} />}
      </Stack>
      {isManager && <DeletedLabels project={project} />}
    </Section>
  );
}

interface RowProps {
  label: Label;
  project: number;
  isManager: boolean;
}

function LabelRow({ label, project, isManager }: RowProps) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(projectQuery(project));
  const [name, setName] = useState(label.name);
  const change = useMutation({
    mutationFn: (body: { name?: string; color?: string }) => changeLabel(label.id, body),
    onSettled: refresh,
    onError: () => setName(label.name),
  });
  const remove = useMutation({
    mutationFn: () => deleteLabel(label.id),
    onSuccess: async () => {
      await refresh();
      showUndo(`The label ${label.name} was deleted. Masks under it keep it.`, async () => {
        await restoreLabel(label.id);
        await refresh();
      });
    },
  });
  const rename = () => {
    const wanted = name.trim();
    if (wanted && wanted !== label.name) change.mutate({ name: wanted });
    else setName(label.name);
  };

  return (
    <Group gap="xs" wrap="nowrap">
      <ColorPick
        value={label.color}
        label={`Colour of ${label.name}`}
        isDisabled={!isManager}
        onChange={(color) => change.mutate({ color })}
      />
      <TextInput
        flex={1}
        size="xs"
        aria-label={`Name of ${label.name}`}
        maxLength={100}
        value={name}
        readOnly={!isManager}
        onChange={(event) => setName(event.currentTarget.value)}
        onBlur={rename}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
      {isManager && <AttributesButton {...{ label, project }} />}
      {isManager && (
        <Tooltip label="Delete">
          <ActionIcon
            aria-label={`Delete ${label.name}`}
            onClick={() => remove.mutate()}
            loading={remove.isPending}
          >
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

function NewLabel({ project }: { project: Project }) {
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const [color, setColor] = useState<string>(colorFor(project.labels.length));
  const create = useMutation({
    mutationFn: () => createLabel(project.id, { name: name.trim(), color }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      setName("");
      setColor(colorFor(project.labels.length + 1));
      await queries.invalidateQueries(projectQuery(project.id));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim()) create.mutate();
  };

  return (
    <form onSubmit={submit}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <ColorPick value={color} label="Colour of the new label" onChange={setColor} />
        <TextInput
          flex={1}
          size="xs"
          aria-label="Name of the new label"
          placeholder="New label"
          maxLength={100}
          value={name}
          error={create.error && (formErrorsOf(create.error).name ?? messageOf(create.error))}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button type="submit" size="xs" variant="default" loading={create.isPending}>
          Add
        </Button>
      </Group>
    </form>
  );
}

interface PickProps {
  value: string;
  label: string;
  isDisabled?: boolean;
  onChange: (color: string) => void;
}

function ColorPick({ value, label, isDisabled = false, onChange }: PickProps) {
  return (
    <ColorInput
      key={value}
      w={118}
      size="xs"
      aria-label={label}
      format="hex"
      swatches={[...LABEL_COLORS]}
      swatchesPerRow={5}
      withEyeDropper={false}
      disabled={isDisabled}
      defaultValue={value}
      onChangeEnd={(color) => /^#[0-9a-f]{6}$/.test(color) && color !== value && onChange(color)}
    />
  );
}
