import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";
import { keepWhole, keptWhole } from "../kept-writing";

interface Props {
  transcript: string;
  text: string;
  /** Null: leave everything as it was. */
  onDone: (text: string | null) => void;
}

/** All of the text at once; words that stay keep their times. */
export function WholeText({ transcript, text, onDone }: Props) {
  const [value, setValue] = useState(() => keptWhole(transcript) ?? text);
  const write = (next: string): void => {
    setValue(next);
    keepWhole(transcript, next);
  };
  const end = (written: string | null): void => {
    onDone(written);
    keepWhole(transcript, null);
  };
  return (
    <>
      <Textarea
        data-autofocus
        autoFocus
        autosize
        minRows={4}
        maxRows={12}
        aria-label="The text as a whole"
        value={value}
        onChange={(event) => write(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") end(null);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) end(value);
        }}
      />
      <Group justify="flex-end" gap="xs" mt="xs">
        <Button size="compact-sm" variant="default" onClick={() => end(null)}>
          Cancel
        </Button>
        <Button size="compact-sm" onClick={() => end(value)}>
          Done
        </Button>
      </Group>
    </>
  );
}
