import { ActionIcon, Badge, Button, CloseButton, Group, Popover, TextInput } from "@mantine/core";
import { IconTag } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/problem";
import type { Project, Version } from "@/api/types";
import { tagVersion, untagVersion, versionsQuery } from "@/api/versions";
import { whyNoTag } from "./versionWords";

interface Props {
  version: Version;
  project: Project;
}

/** The names of a version, which managers give and take. */
export function Tags({ version: { id, tags }, project }: Props) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(versionsQuery(project.id));
  const untag = useMutation({
    mutationFn: (name: string) => untagVersion(id, name),
    onSettled: refresh,
  });
  const isManager = project.role === "manager";
  return (
    <>
      {tags.map((tag) => (
        <Badge
          key={tag}
          leftSection={<IconTag size={11} aria-hidden />}
          rightSection={
            isManager && (
              <CloseButton
                size={14}
                iconSize={11}
                c="inherit"
                aria-label={`Take the tag ${tag} away`}
                onClick={() => untag.mutate(tag)}
              />
            )
          }
        >
          {tag}
        </Badge>
      ))}
      {isManager && <NewTag version={id} onDone={refresh} />}
    </>
  );
}

function NewTag({ version, onDone }: { version: string; onDone: () => Promise<void> }) {
  const [opened, setOpened] = useState(false);
  const [name, setName] = useState("");
  const add = useMutation({
    mutationFn: () => tagVersion(version, name),
    onSuccess: async () => {
      setOpened(false);
      setName("");
      await onDone();
    },
    meta: { shownInPlace: true },
  });
  const fault = name === "" ? undefined : whyNoTag(name);
  return (
    <Popover opened={opened} onChange={setOpened} width={280} shadow="md" withArrow trapFocus>
      <Popover.Target>
        <ActionIcon
          size="sm"
          aria-label={`Tag version ${version.slice(0, 8)}`}
          onClick={() => setOpened(!opened)}
        >
          <IconTag size={15} aria-hidden />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (whyNoTag(name) === undefined) add.mutate();
          }}
        >
          <TextInput
            label="Tag"
            description="A name that commands take in place of the id."
            placeholder="v1.0"
            data-autofocus
            maxLength={60}
            value={name}
            error={fault ?? (add.error ? messageOf(add.error) : undefined)}
            onChange={(event) => {
              add.reset();
              setName(event.currentTarget.value);
            }}
          />
          <Group justify="flex-end" mt="sm">
            <Button
              type="submit"
              size="compact-sm"
              disabled={name === "" || fault !== undefined}
              loading={add.isPending}
            >
              Add
            </Button>
          </Group>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
