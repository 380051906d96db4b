import { Button, Group } from "@mantine/core";
import { IconCheck, IconPencil } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import {
  descriptionsQuery,
  type NewCaption,
  saveCaption,
  withdrawCaption,
} from "@/api/descriptions";
import type { ImageDetail, OfferedCaption } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { Section } from "@/components/Section";
import { showUndo } from "@/components/undo";
import type { DescribingClock } from "../useDescribingSeconds";
import { useSave } from "../useSave";
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
  const isEditing = edited !== null;

  const { save, isSaving, forget } = useSave({
    image: image.id,
    seconds: clock.seconds,
    send: (made: NewCaption) => saveCaption(image.id, made),
    onSaved: (caption, made) => {
      clock.spend(made.seconds);
      onSaved(made.text);
      showUndo(caption.bundle ? "Description accepted." : "Description saved.", async () => {
        await withdrawCaption(caption.id);
        forget(); // the same text again is another caption
        await queries.invalidateQueries(descriptionsQuery(image.id));
      });
    },
  });
  const saveText = useCallback(
    // Nobody has described the image: there is no base.
    (text: string) =>
      save({ base: null, text: text.trim(), recording: null, proposal: proposal.id }),
    [save, proposal.id],
  );

  useOffer(
    useMemo(() => {
      const desk = {
        isBusy: isSaving,
        accept: () => saveText(proposal.text),
        edit: () => onEdit({ text: proposal.text, proposal }),
        dismiss: onDismiss,
      };
      return { commands: isEditing ? [] : proposalCommands(desk) };
    }, [proposal, isSaving, isEditing, saveText, onEdit, onDismiss]),
  );

  return (
    <Section
      title="Proposed description"
      description="Written by a model. Is it right?"
      actions={!isEditing && <DismissButton onClick={onDismiss} disabled={isSaving} />}
    >
      {isEditing ? (
        <ProposalEditor
          text={edited.text}
          onWrite={(text) => onEdit({ text, proposal })}
          isSaving={isSaving}
          onSave={saveText}
          onCancel={() => onEdit(null)}
        />
      ) : (
        <>
          <ProposedWords proposal={proposal} image={image} />
          <Group gap="xs" mt="sm">
            <Button
              leftSection={<IconCheck size={16} aria-hidden />}
              rightSection={<KeyOf command={ACCEPT} />}
              onClick={() => saveText(proposal.text)}
              loading={isSaving}
            >
              Accept
            </Button>
            <Button
              variant="default"
              leftSection={<IconPencil size={16} aria-hidden />}
              rightSection={<KeyOf command={EDIT} />}
              disabled={isSaving}
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
