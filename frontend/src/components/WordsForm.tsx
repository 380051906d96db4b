import { Button, Group, Stack, Textarea } from "@mantine/core";
import { type ReactNode, useState } from "react";

const LONGEST = 500; // characters, as the server mostly has it

interface Props {
  label: string;
  description: string;
  /** What stands there already. */
  initial?: string;
  isRequired?: boolean;
  /** Characters. */
  longest?: number;
  /** What sending is called. */
  action: string;
  onSend: (text: string) => void;
  onClose: () => void;
  /** Above the field. */
  children?: ReactNode;
  /** Between the field and the buttons. */
  below?: ReactNode;
}

/** A few words that somebody writes in a dialog. */
export function WordsForm(props: Props) {
  const { label, description, initial = "", isRequired, longest = LONGEST } = props;
  const { action, onSend, onClose, children, below } = props;
  const [text, setText] = useState(initial);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        onSend(text.trim());
      }}
    >
      <Stack gap="sm">
        {children}
        <Textarea
          data-autofocus
          autosize
          minRows={2}
          maxLength={longest}
          label={label}
          description={description}
          required={isRequired}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {below}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={isRequired && text.trim() === ""}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
