import { Button, Group, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Project, Version } from "@/api/types";
import { noteVersion, versionsQuery } from "@/api/versions";
import { WordsForm } from "@/components/WordsForm";

const LONGEST = 1000; // characters, as the server has it

interface Props {
  version: Version;
  project: Project;
}

/** What a version is for, and for managers a way to say something else. */
export function VersionNote({ version: { id, note, rounds }, project }: Props) {
  const queries = useQueryClient();
  const write = useMutation({
    mutationFn: (text: string) => noteVersion(id, text),
    onSettled: () => queries.invalidateQueries(versionsQuery(project.id)),
  });
  const ask = () => {
    const close = () => modals.close(dialog);
    const dialog = modals.open({
      title: `Note on version ${id.slice(0, 8)}`,
      children: (
        <WordsForm
          label="Note"
          description="What this version is for."
          initial={note}
          longest={LONGEST}
          action="Save"
          onClose={close}
          onSend={(text) => {
            close();
            write.mutate(text);
          }}
        />
      ),
    });
  };
  return (
    <Group gap={4}>
      {(note !== "" || rounds.length === 0) && (
        <Text size="sm" fw={note ? 550 : undefined} c={note ? undefined : "dimmed"}>
          {note || "No note"}
        </Text>
      )}
      {project.role === "manager" && (
        <Button
          size="compact-xs"
          variant="subtle"
          ml={note || rounds.length === 0 ? 0 : -8}
          aria-label={`${note ? "Change the note" : "Add a note"} on ${id.slice(0, 8)}`}
          onClick={ask}
          loading={write.isPending}
        >
          {note ? "Change" : "Add a note"}
        </Button>
      )}
    </Group>
  );
}
