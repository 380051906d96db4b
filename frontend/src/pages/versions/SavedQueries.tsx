import { Button, Group, Select } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Criteria, Project, VersionQuery } from "@/api/types";
import { dropVersionQuery, versionQueriesQuery } from "@/api/versions";
import { criteriaWords } from "./criteriaWords";

interface Props {
  project: Project;
  queries: readonly VersionQuery[];
  /** The one that says what the form says. */
  chosen: VersionQuery | undefined;
  onChoose: (criteria: Criteria) => void;
}

/** Choices that were kept under a name, to begin with or to be forgotten. */
export function SavedQueries({ project, queries, chosen, onChoose }: Props) {
  const client = useQueryClient();
  const drop = useMutation({
    mutationFn: dropVersionQuery,
    onSuccess: () => client.invalidateQueries(versionQueriesQuery(project.id)),
  });
  return (
    <Group align="flex-end" gap="xs" wrap="nowrap">
      <Select
        style={{ flex: 1 }}
        label="Saved choice"
        description={chosen && (criteriaWords(chosen.criteria, project.labels) || "Everything")}
        placeholder="None of them"
        data={queries.map(({ id, name }) => ({ value: String(id), label: name }))}
        value={chosen ? String(chosen.id) : null}
        onChange={(id) => {
          const query = queries.find((each) => String(each.id) === id);
          onChoose(query?.criteria ?? {});
        }}
        clearable
        comboboxProps={{ shadow: "md" }}
      />
      {chosen && (
        <Button
          variant="subtle"
          color="gray"
          onClick={() => drop.mutate(chosen.id)}
          loading={drop.isPending}
          aria-label={`Forget ${chosen.name}`}
        >
          Forget
        </Button>
      )}
    </Group>
  );
}
