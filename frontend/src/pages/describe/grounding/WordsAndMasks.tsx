import { Kbd, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Grounding } from "@/api/grounding";
import type { ImageDetail, Recording } from "@/api/types";
import { plural } from "@/components/format";
import { Section } from "@/components/Section";
import classes from "./Grounding.module.css";
import { type ImageGrounding, useGrounding } from "./GroundingContext";
import { PhraseRow, ShowingRow } from "./PhraseRow";
import { contradictionWords, stateOf } from "./phrases";

/** Which words speak of which masks, and what does not fit. */
export function WordsAndMasks({ image, recordings }: Pick<Props, "image" | "recordings">) {
  const said = useGrounding();
  const grounding = said?.grounding;
  if (!said || !grounding || isBare(grounding)) return null;
  return (
    <Section title="Words and masks" description={summary(grounding)}>
      <Stack gap="sm">
        <Linked {...{ image, said, grounding, recordings }} />
        <Contradicting {...{ said, grounding }} />
      </Stack>
    </Section>
  );
}

interface Props {
  image: ImageDetail;
  said: ImageGrounding;
  grounding: Grounding;
  /** Whose texts the phrases are of. */
  recordings: readonly Recording[];
}

function Linked({ image, said, grounding, recordings }: Props) {
  const texts = new Map(
    recordings.flatMap(({ transcripts }) => transcripts).map(({ id, words }) => [id, words]),
  );
  const phrases = grounding.phrases.filter((phrase) => stateOf(phrase) !== null);
  if (phrases.length === 0) return null;
  return (
    <div>
      <ul className={classes.list} aria-label="Phrases">
        {phrases.map((phrase) => (
          <PhraseRow
            key={phrase.id}
            {...{ phrase, image, said }}
            words={texts.get(phrase.transcript) ?? []}
          />
        ))}
      </ul>
      <Text size="xs" c="dimmed" mt={4}>
        <Kbd size="xs">Enter</Kbd> confirms, <Kbd size="xs">Del</Kbd> takes the mask away.
      </Text>
    </div>
  );
}

function Contradicting({ said, grounding }: Pick<Props, "said" | "grounding">) {
  if (grounding.contradictions.length === 0) return null;
  return (
    <Titled title="Does not fit">
      {grounding.contradictions.map((each) => (
        <ShowingRow key={`${each.kind} ${each.phrases.join(" ")}`} masks={each.masks} said={said}>
          {contradictionWords(each)}
        </ShowingRow>
      ))}
    </Titled>
  );
}

function Titled({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div>
      <Text size="sm" fw={600} mb={2}>
        {title}
      </Text>
      <ul className={classes.list} aria-label={title}>
        {children}
      </ul>
    </div>
  );
}

function isBare({ phrases, contradictions }: Grounding): boolean {
  return phrases.length + contradictions.length === 0;
}

function summary({ phrases, is_waiting }: Grounding): string {
  if (is_waiting) return "Linking words to masks…";
  const open = phrases.filter(({ is_question }) => is_question).length;
  return open === 0
    ? "Everything that was named has a mask."
    : `${plural(open, "thing")} without a mask.`;
}
