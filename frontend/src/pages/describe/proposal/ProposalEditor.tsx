import { Button, Group, Textarea } from "@mantine/core";

interface Props {
  text: string;
  onWrite: (text: string) => void;
  isSaving: boolean;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** The proposed text, open to be written over. Ctrl+Enter saves, Escape goes back. */
export function ProposalEditor({ text, onWrite, isSaving, onSave, onCancel }: Props) {
  const isEmpty = text.trim() === "";
  const save = () => {
    if (!isEmpty && !isSaving) onSave(text);
  };
  return (
    <>
      <Textarea
        aria-label="Description"
        autosize
        minRows={3}
        maxRows={12}
        data-autofocus
        autoFocus
        value={text}
        onChange={(event) => onWrite(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save();
          else if (event.key === "Escape") onCancel();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <Group justify="flex-end" gap="xs" mt="sm">
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <Button disabled={isEmpty} onClick={save} loading={isSaving}>
          Save description
        </Button>
      </Group>
    </>
  );
}
