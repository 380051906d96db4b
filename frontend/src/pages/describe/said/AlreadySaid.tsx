import { List, Stack, Text } from "@mantine/core";
import type { Said } from "@/api/types";
import { Section } from "@/components/Section";
import { findAspects } from "@/recorder/aspects";
import { keyOf, openQuestions, speakerOf } from "./said";

interface Props {
  said: readonly Said[];
  me: string;
}

/** What a second describer need not say again (CoTalk). */
export function AlreadySaid({ said, me }: Props) {
  const open = openQuestions(findAspects(said.map(({ text }) => text).join(" ")).answered);
  return (
    <Section title="Already said" description="Say only what is missing.">
      <Stack gap="xs">
        {said.map((each) => (
          <div key={keyOf(each)}>
            <Text size="xs" c="dimmed" fw={500}>
              {speakerOf(each, me)}
            </Text>
            <Text size="sm" style={{ overflowWrap: "anywhere" }}>
              {each.text}
            </Text>
          </div>
        ))}
      </Stack>
      {open.length > 0 && (
        <>
          <Text size="xs" c="dimmed" fw={500} mt="sm">
            Nobody has answered yet
          </Text>
          <List size="sm" aria-label="Open questions">
            {open.map((question) => (
              <List.Item key={question}>{question}</List.Item>
            ))}
          </List>
        </>
      )}
    </Section>
  );
}
