import { Button, Fieldset, Group, Stack, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { type MergedCaption, mergeCaption } from "@/api/descriptions";
import type { Caption, Said } from "@/api/types";
import { Section } from "@/components/Section";
import { keepEdits, keptEdits } from "../kept-writing";
import type { DescribingClock } from "../useDescribingSeconds";
import { useSave } from "../useSave";
import { MergedPart } from "./MergedPart";
import {
  type Edits,
  hasNews,
  isSaidBy,
  keyOf,
  mergedParts,
  NO_EDITS,
  rebased,
  saidByOthers,
  speakerOf,
} from "./said";
import { useCleaned } from "./useCleaned";

interface Props {
  image: number;
  me: string;
  said: readonly Said[];
  /** The newest caption: what is saved builds on it. */
  base: Caption | null;
  /** What is written besides; the page holds it. */
  addition: string;
  onAdd: (text: string) => void;
  clock: DescribingClock;
}

/** The words of all who described an image, one after another, each with its speaker. */
export function MergedDescription({ image, me, said, base, addition, onAdd, clock }: Props) {
  const [made, setMade] = useState<Edits>(() => keptEdits(image));
  const edits = rebased({ ...made, addition }, said, me);
  const setEdits = (next: Edits) => {
    setMade(next);
    keepEdits(image, next);
    onAdd(next.addition);
  };
  // Not as they type: what arrives here is what they saved, where no answer told them.
  const arrived = useRef<readonly Said[]>(null);
  useEffect(() => {
    if (arrived.current === said) return;
    arrived.current = said;
    if (isSaidBy(me, addition, said)) onAdd("");
  }, [me, addition, said, onAdd]);
  const cleaned = useCleaned(said, me);
  const parts = mergedParts(said, me, edits, cleaned);
  const others = new Set(saidByOthers(said, me));

  const { save, isSaving } = useSave({
    image,
    seconds: clock.seconds,
    send: (made: MergedCaption) => mergeCaption(image, made),
    onSaved: (_, made) => {
      clock.spend(made.seconds);
      setEdits(NO_EDITS);
    },
  });

  const leaveOut = (key: string) => {
    const leftOut = new Set(edits.leftOut);
    if (!leftOut.delete(key)) leftOut.add(key);
    setEdits({ ...edits, leftOut });
  };
  const change = (key: string, text: string) =>
    setEdits({ ...edits, changed: new Map(edits.changed).set(key, text) });

  return (
    <Section title="Caption" description="What goes into the dataset. It keeps who said what.">
      {/* What is said is made anew by a save: what is written meanwhile would be lost. */}
      <Fieldset variant="unstyled" disabled={isSaving}>
        <Stack gap="sm">
          {said.map((each) => {
            const key = keyOf(each);
            return (
              <MergedPart
                key={key}
                speaker={speakerOf(each, me)}
                text={edits.changed.get(key) ?? cleaned.get(key) ?? each.text}
                isLeftOut={edits.leftOut.has(key)}
                onLeaveOut={() => leaveOut(key)}
                onChange={others.has(each) ? undefined : (text) => change(key, text)}
              />
            );
          })}
          <Textarea
            label="What is missing"
            placeholder="Record a take, or write it here."
            autosize
            maxRows={10}
            value={edits.addition}
            onChange={(event) => setEdits({ ...edits, addition: event.currentTarget.value })}
          />
          <Group justify="flex-end">
            <Button
              disabled={parts.length === 0 || !hasNews(said, edits)}
              onClick={() => save({ base: base?.id ?? null, parts })}
              loading={isSaving}
            >
              Save caption
            </Button>
          </Group>
        </Stack>
      </Fieldset>
    </Section>
  );
}
