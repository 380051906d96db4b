import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { bundlesQuery, noteBundle, notesQuery } from "@/api/bundles";
import type { Bundle } from "@/api/types";
import { formatAgo, formatMoment } from "@/components/format";
import { WordsForm } from "@/components/WordsForm";
import { modelName, modelWords } from "../servedWords";
import { EarlierNotes } from "./EarlierNotes";

interface Props {
  project: number;
  bundle: Bundle;
}

/** What managers say of a model, who said it last, and a way to say something else. */
export function Note({ project, bundle }: Props) {
  const queries = useQueryClient();
  const write = useMutation({
    mutationFn: (text: string) => noteBundle(project, bundle.bundle, text),
    onSettled: () => {
      queries.invalidateQueries(bundlesQuery(project));
      queries.invalidateQueries(notesQuery(project, bundle.bundle));
    },
  });
  const note = bundle.note?.text ? bundle.note : null;
  const ask = () => {
    const close = () => modals.close(id);
    const id = modals.open({
      title: `Note on ${modelWords(bundle)}`,
      children: (
        <WordsForm
          label="Note"
          description="For the managers of this project. Earlier notes are kept."
          below={bundle.note && <EarlierNotes project={project} bundle={bundle.bundle} />}
          initial={note?.text}
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
    <>
      {note && (
        <>
          <Text size="sm" style={{ overflowWrap: "anywhere" }}>
            {note.text}
          </Text>
          <Text size="xs" c="dimmed" span title={formatMoment(note.at)}>
            {note.by}, {formatAgo(note.at)}
          </Text>
        </>
      )}
      <Button
        size="compact-xs"
        variant="subtle"
        ml={note ? 4 : -8}
        aria-label={`${note ? "Change the note" : "Add a note"} on ${modelName(bundle)}`}
        onClick={ask}
        loading={write.isPending}
      >
        {note ? "Change" : "Add a note"}
      </Button>
    </>
  );
}
