import { Checkbox, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { QUESTIONS } from "@/recorder/questions";

interface Props {
  /** Which questions the words so far answer. */
  heard?: readonly boolean[];
}

/** Seven questions that a full description answers, ticked by the words so far or by hand. */
export function Checklist({ heard = [] }: Props) {
  const [byHand, setByHand] = useState<ReadonlyMap<string, boolean>>(new Map());
  const answered: string[] = QUESTIONS.filter(
    (question, at) => byHand.get(question) ?? heard[at] ?? false,
  );
  const change = (next: string[]) => {
    const hand = new Map(byHand);
    for (const question of QUESTIONS)
      if (next.includes(question) !== answered.includes(question))
        hand.set(question, next.includes(question));
    setByHand(hand);
  };

  return (
    <Checkbox.Group value={answered} onChange={change} aria-label="Questions to answer">
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
