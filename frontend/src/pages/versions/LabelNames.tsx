import { Checkbox, Group, Stack, Text, TextInput } from "@mantine/core";
import type { VersionLabel } from "@/api/types";
import { type LabelChoice, labelNote } from "./exportChoice";

interface Props {
  labels: readonly VersionLabel[];
  choices: Readonly<Record<string, LabelChoice>>;
  onChange: (choices: Readonly<Record<string, LabelChoice>>) => void;
}

/** The name under which each label goes out; one without a tick stays behind with its masks. */
export function LabelNames({ labels, choices, onChange }: Props) {
  const change = (label: string, part: Partial<LabelChoice>) => {
    const known = choices[label] ?? { name: label, isOut: false };
    onChange({ ...choices, [label]: { ...known, ...part } });
  };
  return (
    <Stack gap="xs">
      {labels.map((label) => {
        const { name } = label;
        const isOut = choices[name]?.isOut ?? false;
        return (
          <Group key={name} gap="sm" wrap="nowrap">
            <Checkbox
              aria-label={`Export ${name}`}
              checked={!isOut}
              onChange={(event) => change(name, { isOut: !event.currentTarget.checked })}
            />
            <TextInput
              flex={1}
              size="xs"
              aria-label={`Name of ${name}`}
              placeholder={name}
              maxLength={100}
              disabled={isOut}
              value={choices[name]?.name ?? name}
              onChange={(event) => change(name, { name: event.currentTarget.value })}
            />
            <Text size="xs" c="dimmed" w={150}>
              {labelNote(label)}
            </Text>
          </Group>
        );
      })}
    </Stack>
  );
}
