import { Button, Group, Text } from "@mantine/core";
import { useMemo, useRef } from "react";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import type { Stage } from "@/editor/render/stage";
import pageClasses from "../AnnotatePage.module.css";
import type { OpenImage } from "../open-image";
import { DISMISS, DRAW, LINK, questionCommands } from "./question-commands";
import classes from "./Unmasked.module.css";
import { type Questions, useQuestions } from "./useQuestions";

interface Props {
  image: OpenImage;
  stage: Stage;
}

/** Things that were spoken of and have no mask: one is asked, the others wait below it. */
export function UnmaskedPanel({ image, stage }: Props) {
  const { editor } = image;
  const questions = useQuestions(image, stage);
  const latest = useRef(questions);
  latest.current = questions;
  useOffer(
    useMemo(
      () => ({
        commands: questionCommands({
          questions: () => latest.current,
          isFrozen: () => editor.isFrozen,
          hasSelectedMask: () => editor.selection.get()?.kind === "mask",
        }),
        onUse: () => editor.meter.noteAction(),
        onRefusal: (why: string) => editor.notice.set(why),
      }),
      [editor],
    ),
  );
  const { open, current, last, undo } = questions;
  if (current === null && last === null) return null;
  const others = open.filter((phrase) => phrase !== current);
  return (
    <section className={`${pageClasses.section} ${classes.said}`} aria-label="Said, without a mask">
      <div className={pageClasses.sectionHead}>
        <span>
          Said, but without a mask{" "}
          {open.length > 0 && <span className={pageClasses.count}>{formatCount(open.length)}</span>}
        </span>
      </div>
      {current !== null && <Question {...{ image, questions }} />}
      <ul className={classes.list}>
        {others.map((phrase) => (
          <li key={phrase.id} className={classes.row}>
            <button type="button" className={classes.phrase} onClick={() => questions.ask(phrase)}>
              {phrase.text}
            </button>
          </li>
        ))}
      </ul>
      {last !== null && (
        <div className={classes.last}>
          <Text size="xs" c="dimmed">
            {last.said}
          </Text>
          <Button size="compact-xs" variant="subtle" onClick={undo}>
            Undo
          </Button>
        </div>
      )}
    </section>
  );
}

function Question({ image, questions }: { image: OpenImage; questions: Questions }) {
  const { current, isDrawing } = questions;
  const selection = useSignal(image.editor.selection);
  const isReadOnly = useSignal(image.editor.isReadOnly);
  return (
    <div className={classes.question}>
      <Text size="sm" fw={500} role="status">
        No mask for “{current?.text}”?
      </Text>
      {isDrawing && (
        <Text size="xs" c="dimmed">
          Draw it with any tool: the new mask is linked.
        </Text>
      )}
      {!isReadOnly && (
        <Group gap={6} mt={6}>
          <Button
            size="compact-xs"
            variant={isDrawing ? "filled" : "light"}
            aria-pressed={isDrawing}
            onClick={questions.draw}
            rightSection={<KeyOf command={DRAW} />}
          >
            Draw it
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            disabled={selection?.kind !== "mask"}
            onClick={questions.link}
            rightSection={<KeyOf command={LINK} />}
          >
            It is this mask
          </Button>
          <Button
            size="compact-xs"
            variant="default"
            onClick={questions.dismiss}
            rightSection={<KeyOf command={DISMISS} />}
          >
            Not there
          </Button>
        </Group>
      )}
    </div>
  );
}
