import { Button, Group, Textarea } from "@mantine/core";
import { useState } from "react";

interface Props {
  text: string;
  /** Null: leave everything as it was. */
  onDone: (text: string | null) => void;
}

/** All of the text at once; words that stay keep their times. */
export function WholeText({ text, onDone }: Props) {
  const [value, setValue] = useState(text);
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
        onChange={(event) => setValue(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onDone(null);
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) onDone(value);
        }}
      />
      <Group justify="flex-end" gap="xs" mt="xs">
        <Button size="compact-sm" variant="default" onClick={() => onDone(null)}>
          Cancel
        </Button>
        <Button size="compact-sm" onClick={() => onDone(value)}>
          Done
        </Button>
      </Group>
    </>
  );
}
