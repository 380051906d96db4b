import { Accordion, Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { formErrorsOf, messageOf } from "@/api/problem";
import type { Criteria, Project } from "@/api/types";
import {
  cutVersion,
  saveVersionQuery,
  versionCutsQuery,
  versionLookQuery,
  versionQueriesQuery,
} from "@/api/versions";
import { CriteriaFields } from "./CriteriaFields";
import { CutLook } from "./CutLook";
import classes from "./CutVersion.module.css";
import {
  type CriteriaField,
  criteriaErrors,
  criteriaOf,
  isEverything,
  isSame,
  valueErrors,
  valuesOf,
} from "./criteria";
import { SavedQueries } from "./SavedQueries";

const SETTLED_MS = 300; // after the last key, before the server counts

interface Props {
  project: Project;
  /** What the form begins with. */
  start: Criteria;
  opened: boolean;
  onClose: () => void;
}

/** Choose what a version holds, see how much that is, and have a job cut it. */
export function CutVersion({ project, start, opened, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title="Cut a version" size="lg">
      <CutForm project={project} start={start} onClose={onClose} />
    </Modal>
  );
}

function CutForm({ project, start, onClose }: Omit<Props, "opened">) {
  const queries = useQueryClient();
  const saved = useQuery(versionQueriesQuery(project.id));
  const form = useForm({ initialValues: { ...valuesOf(start), note: "", saveAs: "" } });
  const criteria = criteriaOf(form.values);
  const [values] = useDebouncedValue(form.values, SETTLED_MS);
  const settled = criteriaOf(values);
  const wrong = valueErrors(form.values);
  const isAsked = Object.keys(wrong).length === 0 && isSame(settled, criteria);
  const look = useQuery({ ...versionLookQuery(project.id, settled), enabled: isAsked });
  const live = isAsked ? criteriaErrors(look.error) : wrong;
  const chosen = saved.data?.find((query) => isSame(query.criteria, criteria));

  const cut = useMutation({
    meta: { shownInPlace: true },
    mutationFn: async ({ note, saveAs }: typeof form.values) => {
      const name = saveAs.trim();
      const query = name ? await saveVersionQuery(project.id, name, criteria) : chosen;
      return cutVersion(project.id, query ? { note, query: query.id } : { note, criteria });
    },
    onSuccess: async () => {
      onClose();
      await Promise.all([
        queries.invalidateQueries(versionCutsQuery(project.id)),
        queries.invalidateQueries(versionQueriesQuery(project.id)),
      ]);
    },
    onError: (error) => {
      const { name, note } = formErrorsOf(error);
      form.setErrors({ ...criteriaErrors(error), saveAs: name, note });
    },
  });
  const inputs = (field: CriteriaField) => {
    const { error, ...input } = form.getInputProps(field);
    return { ...input, error: error ?? live[field] };
  };
  const isEmpty = look.data?.images === 0 && !isEverything(criteria);
  const isWrong = Object.keys(live).length > 0;

  return (
    <form onSubmit={form.onSubmit((values) => cut.mutate(values))}>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          All that was made so far, or a part of it. Later changes do not touch the version.
        </Text>
        {saved.data && saved.data.length > 0 && (
          <SavedQueries
            project={project}
            queries={saved.data}
            chosen={chosen}
            onChoose={(wanted) => form.setValues(valuesOf(wanted))}
          />
        )}
        <Accordion variant="default" defaultValue={isEverything(start) ? null : "part"}>
          <Accordion.Item value="part">
            <Accordion.Control>
              <Text size="sm">{isEverything(criteria) ? "Choose a part" : "A part is chosen"}</Text>
            </Accordion.Control>
            <Accordion.Panel>
              <CriteriaFields
                project={project}
                inputs={inputs}
                switches={(field) => form.getInputProps(field, { type: "checkbox" })}
              />
              <TextInput
                mt="md"
                label="Keep this choice as"
                description="Offered here from then on; the version names it."
                maxLength={60}
                {...form.getInputProps("saveAs")}
              />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Textarea
          label="Note"
          placeholder="What this version is for"
          autosize
          minRows={2}
          maxLength={1000}
          data-autofocus
          {...form.getInputProps("note")}
        />
        {cut.error && Object.keys(criteriaErrors(cut.error)).length === 0 && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {messageOf(cut.error)}
          </Text>
        )}
        <Group className={classes.foot} justify="space-between" gap="xs" wrap="nowrap">
          <CutLook
            look={isWrong ? undefined : look.data}
            isCounting={!isWrong && (look.isFetching || !isAsked)}
          />
          <Group gap="xs" wrap="nowrap">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={cut.isPending} disabled={isEmpty || isWrong}>
              Cut version
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}
