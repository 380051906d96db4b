import { Button, Group, Kbd, Text, Textarea } from "@mantine/core";
import { type KeyboardEvent, useState } from "react";
import { messageOf } from "@/api/problem";
import classes from "./Review.module.css";

const LONGEST = 2000; // characters, as the server has it
const NEAR_END = 1800;

interface Props {
  label: string;
  placeholder: string;
  /** What sending is called. */
  action: string;
  text: string;
  write: (text: string) => void;
  /** Closes the field once it is sent. */
  send: () => Promise<void>;
  close: () => void;
}

/** Where one writes: Enter sends; a refusal is told in place, and what was written stays. */
export function CommentField({ label, placeholder, action, text, write, send, close }: Props) {
  const [fault, setFault] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const isEmpty = text.trim() === "";

  const tryToSend = async (): Promise<void> => {
    if (isEmpty || isSending) return;
    setIsSending(true);
    setFault(null);
    try {
      await send();
    } catch (error) {
      setFault(messageOf(error));
      setIsSending(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") close();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void tryToSend();
  };

  return (
    <>
      <Textarea
        autoFocus
        autosize
        minRows={2}
        maxRows={6}
        label={label}
        placeholder={placeholder}
        maxLength={LONGEST}
        readOnly={isSending}
        value={text}
        error={fault}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div className={classes.fieldFoot}>
        <Text size="xs" c="dimmed" className="tabular">
          {text.length > NEAR_END && `${LONGEST - text.length} left`}
        </Text>
        <Group gap={6} wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            rightSection={<Kbd size="xs">Esc</Kbd>}
            onClick={close}
          >
            Cancel
          </Button>
          <Button
            size="compact-sm"
            loading={isSending}
            disabled={isEmpty}
            rightSection={<Kbd size="xs">↵</Kbd>}
            onClick={() => void tryToSend()}
          >
            {fault === null ? action : "Try again"}
          </Button>
        </Group>
      </div>
    </>
  );
}
