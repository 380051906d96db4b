import { ActionIcon, Group, Text, Textarea, Tooltip } from "@mantine/core";
import { IconArrowBackUp, IconX } from "@tabler/icons-react";

interface Props {
  speaker: string;
  text: string;
  isLeftOut: boolean;
  onLeaveOut: () => void;
  /** Of one's own words. */
  onChange?: ((text: string) => void) | undefined;
}

/** One person's words in the merged description, with their name. */
export function MergedPart({ speaker, text, isLeftOut, onLeaveOut, onChange }: Props) {
  const action = isLeftOut ? "Take back in" : "Leave out";
  return (
    <div>
      <Group justify="space-between" gap="xs" wrap="nowrap">
        <Text size="xs" c="dimmed" fw={500}>
          {speaker}
        </Text>
        <Tooltip label={action}>
          <ActionIcon
            size="sm"
            aria-label={`${action}: ${speaker}`}
            aria-pressed={isLeftOut}
            onClick={onLeaveOut}
          >
            {isLeftOut ? (
              <IconArrowBackUp size={15} aria-hidden />
            ) : (
              <IconX size={15} aria-hidden />
            )}
          </ActionIcon>
        </Tooltip>
      </Group>
      {onChange && !isLeftOut ? (
        <Textarea
          aria-label={`Words of ${speaker}`}
          autosize
          maxRows={10}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <Text
          size="sm"
          c={isLeftOut ? "dimmed" : undefined}
          td={isLeftOut ? "line-through" : undefined}
          style={{ overflowWrap: "anywhere" }}
        >
          {text}
        </Text>
      )}
    </div>
  );
}
