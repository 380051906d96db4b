import { Button, Group, Stack, Text } from "@mantine/core";
import { IconArrowBackUp, IconPlus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { formErrorsOf, messageOf } from "@/api/problem";
import { changeLabel, projectQuery } from "@/api/projects";
import type { Label } from "@/api/types";
import { AttributeEditor } from "./AttributeEditor";
import { type AttributeDraft, deletedDraftsOf, draftsOf, inputOf, newDraft } from "./drafts";

interface Props {
  label: Label;
  project: number;
  onClose: () => void;
}

/** All attributes of a label, saved together. */
export function AttributesForm({ label, project, onClose }: Props) {
  const queries = useQueryClient();
  const [drafts, setDrafts] = useState<readonly AttributeDraft[]>(() => draftsOf(label));
  const [known] = useState(() => [...draftsOf(label), ...deletedDraftsOf(label)]);
  const gone = known.filter(({ id }) => drafts.every((draft) => draft.id !== id));
  const save = useMutation({
    mutationFn: () => changeLabel(label.id, { attributes: drafts.map(inputOf) }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      await queries.invalidateQueries(projectQuery(project));
      onClose();
    },
  });
  const errors = formErrorsOf(save.error);
  const errorsOf = (at: number): Record<string, string> => {
    const prefix = `attributes[${at}].`;
    const own = Object.entries(errors).filter(([field]) => field.startsWith(prefix));
    return Object.fromEntries(own.map(([field, why]) => [field.slice(prefix.length), why]));
  };
  const change = (at: number, draft: AttributeDraft): void => {
    save.reset();
    setDrafts(drafts.with(at, draft));
  };
  const isPlaced = drafts.some((_, at) => Object.keys(errorsOf(at)).length > 0);

  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        What a mask of this label is asked for. Values are kept when an attribute or a choice goes.
      </Text>
      {drafts.map((draft, at) => (
        <AttributeEditor
          key={draft.id}
          draft={draft}
          errors={errorsOf(at)}
          onChange={(next) => change(at, next)}
          onRemove={() => {
            save.reset();
            setDrafts(drafts.toSpliced(at, 1));
          }}
        />
      ))}
      <Group gap="xs">
        <Button
          variant="subtle"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          onClick={() => setDrafts([...drafts, newDraft()])}
        >
          Add an attribute
        </Button>
        {gone.map((draft) => (
          <Button
            key={draft.id}
            variant="subtle"
            color="gray"
            size="xs"
            leftSection={<IconArrowBackUp size={14} aria-hidden />}
            onClick={() => setDrafts([...drafts, draft])}
          >
            Bring {draft.name} back
          </Button>
        ))}
      </Group>
      {save.error !== null && !isPlaced && (
        <Text size="sm" c="red" role="alert">
          {messageOf(save.error)}
        </Text>
      )}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
