import {
  Checkbox,
  Group,
  MultiSelect,
  NumberInput,
  Stack,
  Switch,
  TagsInput,
  TextInput,
} from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { imageGroupsQuery } from "@/api/imageGroups";
import { roundsQuery } from "@/api/rounds";
import type { Project } from "@/api/types";
import type { CriteriaField } from "./criteria";
import { groupsWords } from "./criteriaWords";

const SETTLED_MS = 300; // after the last key, before groups are looked for

interface Props {
  project: Project;
  /** What a form binds to a field: its value, its error, its change. */
  inputs: (field: CriteriaField) => object;
  /** The same of a switch. */
  switches: (field: CriteriaField) => object;
}

/** What a version shall hold; a field that is left empty chooses nothing. */
export function CriteriaFields({ project, inputs, switches }: Props) {
  const rounds = useQuery(roundsQuery(project.id));
  const [search, setSearch] = useState("");
  const [settled] = useDebouncedValue(search, SETTLED_MS);
  const groups = useQuery(imageGroupsQuery(project.id, settled));
  return (
    <Stack gap="md">
      <Checkbox.Group label="Splits" description="All, if none is ticked." {...inputs("splits")}>
        <Group mt={6}>
          {["train", "holdout", "unfinished"].map((split) => (
            <Checkbox key={split} value={split} label={split} />
          ))}
        </Group>
      </Checkbox.Group>
      <MultiSelect
        label="Labels"
        description="Only masks of these; without any, all masks."
        data={project.labels.map(({ id, name, deleted }) => ({
          value: String(id),
          label: deleted ? `${name} (deleted)` : name,
        }))}
        searchable
        clearable
        {...inputs("labels")}
      />
      <Switch
        label="Leave out images without a mask of these"
        description="Otherwise they are kept as empty ones."
        {...switches("dropEmpty")}
      />
      <Switch label="Only what a reviewer accepted" {...switches("reviewed")} />
      <Group grow align="flex-start">
        <NumberInput
          label="Agreement of people"
          description="At least; leaves out what one person did."
          placeholder="Any"
          min={0}
          max={100}
          suffix=" %"
          {...inputs("agreement")}
        />
        <NumberInput
          label="Share for val"
          description="Drawn by hash from train, of each label."
          placeholder="None"
          min={0}
          max={100}
          suffix=" %"
          {...inputs("val")}
        />
      </Group>
      <Group grow align="flex-start">
        <TextInput label="Finished from" type="date" {...inputs("from")} />
        <TextInput label="Finished until" type="date" {...inputs("to")} />
      </Group>
      <MultiSelect
        label="Rounds"
        description="Whose model proposed on the image last."
        data={(rounds.data ?? []).map(({ number }) => ({
          value: String(number),
          label: number === 0 ? "Pretrained" : `Round ${number}`,
        }))}
        clearable
        {...inputs("rounds")}
      />
      <TagsInput
        label="Groups"
        description={groupsWords(groups.data?.count)}
        data={groups.data?.found.map(({ name }) => name) ?? []}
        searchValue={search}
        onSearchChange={setSearch}
        clearable
        {...inputs("groups")}
      />
    </Stack>
  );
}
