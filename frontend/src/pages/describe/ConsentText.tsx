import { List, Stack, Text } from "@mantine/core";
import type { VoiceTerms } from "@/api/types";

/** What a person agrees to, as the server words it. */
export function ConsentText({ terms }: { terms: VoiceTerms }) {
  return (
    <Stack gap="md">
      <Text size="sm">{terms.intro}</Text>
      <List size="sm" spacing={6}>
        {terms.points.map((point) => (
          <List.Item key={point}>{point}</List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {terms.closing}
      </Text>
    </Stack>
  );
}
