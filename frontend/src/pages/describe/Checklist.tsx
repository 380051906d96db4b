import { Checkbox, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { QUESTIONS } from "@/recorder/questions";

/** Seven questions that a full description answers, ticked off while speaking. */
export function Checklist() {
  const [answered, setAnswered] = useState<string[]>([]);
  return (
    <Checkbox.Group value={answered} onChange={setAnswered} aria-label="Questions to answer">
      <Text size="xs" c="dimmed" fw={500} mb={6}>
        Seven questions, {answered.length} answered
      </Text>
      <Stack gap={6}>
        {QUESTIONS.map((question) => (
          <Checkbox key={question} size="xs" value={question} label={question} />
        ))}
      </Stack>
    </Checkbox.Group>
  );
}
