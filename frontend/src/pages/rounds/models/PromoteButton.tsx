import { Button, type ButtonProps, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { promoteBundle } from "@/api/bundles";
import { askWhatServes } from "@/api/rounds";
import type { Project, ServedBundle } from "@/api/types";
import { WordsForm } from "@/components/WordsForm";
import { modelName, modelWords } from "../servedWords";

interface Props extends ButtonProps {
  project: Project;
  model: ServedBundle;
}

/** Makes a model serve once its reason is told; says so where another serves by now. */
export function PromoteButton({ project, model, children = "Promote", ...look }: Props) {
  const queries = useQueryClient();
  const { serving } = project;
  const promote = useMutation({
    mutationFn: (seen: { serving: string; reason: string }) =>
      promoteBundle(project.id, model.bundle, seen),
    onSuccess: () =>
      notifications.show({
        color: "teal",
        title: "Promoted",
        message: `${modelName(model)} (${model.bundle.slice(0, 8)}) serves from now on.`,
      }),
    onSettled: () => askWhatServes(queries, project.id),
  });
  const ask = () => {
    const close = () => modals.close(id);
    const id = modals.open({
      title: `Promote ${modelWords(model)}?`,
      children: (
        <WordsForm
          label="Why"
          description="Kept under What served, with your name."
          isRequired
          action="Promote"
          onClose={close}
          onSend={(reason) => {
            close();
            promote.mutate({ serving: serving?.bundle ?? "", reason }); // as these words saw it
          }}
        >
          <Text size="sm">
            It makes the proposals on images that nobody has begun
            {serving && `, in place of ${modelWords(serving)}`}: its masks and its descriptions,
            even where newer descriptions serve. Masks that people made stay as they are. Rolling
            back undoes this.
          </Text>
        </WordsForm>
      ),
    });
  };
  return (
    <Button size="compact-sm" variant="default" {...look} onClick={ask} loading={promote.isPending}>
      {children}
    </Button>
  );
}
