import { List, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { VoiceTerms } from "@/api/types";

interface Props {
  terms: VoiceTerms;
  /** Its last lines, if they are to be more than text. */
  closing?: ReactNode;
}

/** What a person agrees to, as the server words it. */
export function ConsentText({ terms, closing = terms.closing }: Props) {
  return (
    <Stack gap="md">
      <Text size="sm">{terms.intro}</Text>
      <List size="sm" spacing={6}>
        {terms.points.map((point) => (
          <List.Item key={point}>{point}</List.Item>
        ))}
      </List>
      <Text size="sm" c="dimmed">
        {closing}
      </Text>
    </Stack>
  );
}
