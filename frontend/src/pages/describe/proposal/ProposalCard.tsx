import { Button, Group } from "@mantine/core";
import { IconCheck, IconPencil } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { descriptionsQuery, saveCaption, withdrawCaption } from "@/api/descriptions";
import type { ImageDetail, OfferedCaption } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { Section } from "@/components/Section";
import { showUndo } from "@/components/undo";
import { SaveId } from "../save-id";
import type { DescribingClock } from "../useDescribingSeconds";
import type { Edited } from "../written";
import { ProposalEditor } from "./ProposalEditor";
import { ProposedWords } from "./ProposedWords";
import { ACCEPT, DISMISS, EDIT, proposalCommands } from "./proposal-commands";

interface Props {
  proposal: OfferedCaption;
  image: ImageDetail;
  clock: DescribingClock;
  /** What the person makes of it; null: they have not begun. The page holds it. */
  edited: Edited | null;
  onEdit: (edited: Edited | null) => void;
  /** Tells which text is saved: the person may have written on meanwhile. */
  onSaved: (text: string) => void;
  onDismiss: () => void;
}

/** What a model would say of the image: taken as it is, edited, or put away. */
export function ProposalCard({ proposal, image, clock, edited, ...props }: Props) {
  const { onEdit, onSaved, onDismiss } = props;
  const queries = useQueryClient();
  const [saveId] = useState(() => new SaveId());
  const isEditing = edited !== null;
  const refresh = () => queries.invalidateQueries(descriptionsQuery(image.id));

  const save = useMutation({
    mutationFn: (text: string) => {
      const made = { recording: null, proposal: proposal.id };
      const content = { base: null, text: text.trim(), ...made }; // nobody has described the image
      const id = saveId.of(content);
      return saveCaption(image.id, { id, ...content, seconds: clock.seconds() });
    },
    onSuccess: async (caption, text) => {
      saveId.forget();
      clock.startAgain();
      onSaved(text);
      showUndo(caption.bundle ? "Description accepted." : "Description saved.", async () => {
        await withdrawCaption(caption.id);
        await refresh();
      });
      await refresh();
    },
    onError: refresh, // the proposal may have been replaced, or somebody described the image
  });
  const { mutate, isPending } = save;

  useOffer(
    useMemo(() => {
      const desk = {
        isBusy: isPending,
        accept: () => mutate(proposal.text),
        edit: () => onEdit({ text: proposal.text, proposal }),
        dismiss: onDismiss,
      };
      return { commands: isEditing ? [] : proposalCommands(desk) };
    }, [proposal, isPending, isEditing, mutate, onEdit, onDismiss]),
  );

  return (
    <Section
      title="Proposed description"
      description="Written by a model. Is it right?"
      actions={!isEditing && <DismissButton onClick={onDismiss} disabled={isPending} />}
    >
      {isEditing ? (
        <ProposalEditor
          text={edited.text}
          onWrite={(text) => onEdit({ text, proposal })}
          isSaving={isPending}
          onSave={mutate}
          onCancel={() => onEdit(null)}
        />
      ) : (
        <>
          <ProposedWords proposal={proposal} image={image} />
          <Group gap="xs" mt="sm">
            <Button
              leftSection={<IconCheck size={16} aria-hidden />}
              rightSection={<KeyOf command={ACCEPT} />}
              onClick={() => mutate(proposal.text)}
              loading={isPending}
            >
              Accept
            </Button>
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              rightSection={<KeyOf command={EDIT} />}
              disabled={isPending}
              onClick={() => onEdit({ text: proposal.text, proposal })}
            >
              Edit
            </Button>
          </Group>
        </>
      )}
    </Section>
  );
}

function DismissButton(props: { onClick: () => void; disabled: boolean }) {
  return (
    <Button
      {...props}
      size="compact-sm"
      variant="default"
      rightSection={<KeyOf command={DISMISS} />}
    >
      Write anew
    </Button>
  );
}
