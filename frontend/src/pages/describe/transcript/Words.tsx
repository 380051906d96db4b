import { Text, UnstyledButton } from "@mantine/core";
import { Fragment, type KeyboardEvent, memo, useEffect, useRef } from "react";
import type { Word } from "@/api/types";
import { useSignal } from "@/components/useSignal";
import type { Correction } from "@/recorder/correction";
import { isUnsure } from "@/recorder/words";
import { usePhraseWord } from "../grounding/usePhraseWords";
import type { AudioControls } from "../useAudio";
import { WordInput } from "./WordInput";
import classes from "./Words.module.css";

interface Props {
  correction: Correction;
  /** The word under the playhead; -1 for none. */
  lit: number;
  isEditable: boolean;
  controls: AudioControls;
}

/** Words in a row, one of them in hand; a click on one hears it. */
export function Words({ correction, lit, isEditable, controls }: Props) {
  const row = useRef<HTMLDivElement>(null);
  const words = useSignal(correction.words);
  const writing = useSignal(correction.writing);
  const { index: inHand } = useSignal(correction.focus);

  const wordAt = (index: number) =>
    row.current?.querySelector<HTMLElement>(`[data-word="${index}"]`);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the row, which stays
  useEffect(() => {
    if (lit >= 0) wordAt(lit)?.scrollIntoView({ block: "nearest" });
  }, [lit]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads the row, which stays
  useEffect(() => {
    let frame = 0;
    const stop = correction.focus.subscribe(() => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => wordAt(correction.index)?.focus());
    });
    return () => {
      cancelAnimationFrame(frame);
      stop();
    };
  }, [correction]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (writing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowRight") correction.goBy(1);
    else if (event.key === "ArrowLeft") correction.goBy(-1);
    else if (event.key === " ") controls.toggle();
    else return;
    event.preventDefault();
  };

  if (words.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No words were heard. Record another take, closer to the microphone.
      </Text>
    );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the words inside, gathered.
    <div ref={row} className={classes.words} onKeyDown={onKeyDown}>
      {words.map((word, index) => {
        const isWritten = writing?.index === index;
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a word is its place in the text
          <Fragment key={index}>
            {isWritten && writing.kind === "replace" ? (
              <WordInput text={word.text.trim()} onDone={(text) => correction.finish(text)} />
            ) : (
              <WordButton
                {...{ word, index, correction, controls, isEditable }}
                isLit={index === lit}
                isInHand={index === Math.min(inHand, words.length - 1)}
              />
            )}{" "}
            {isWritten && writing.kind === "insert" && (
              <WordInput text="" onDone={(text) => correction.finish(text)} />
            )}
          </Fragment>
        );
      })}
    </div>
  );
}

interface WordProps {
  word: Word;
  index: number;
  correction: Correction;
  controls: AudioControls;
  isEditable: boolean;
  isLit: boolean;
  isInHand: boolean;
}

/** Rendered again only when it changed: the playhead lights another word several times a second. */
const WordButton = memo(({ word, index, correction, controls, ...props }: WordProps) => {
  const { isEditable, isLit, isInHand } = props;
  const text = word.text.trim();
  const said = usePhraseWord(correction.words.get(), index, isEditable);
  return (
    <UnstyledButton
      {...said}
      component="button"
      className={classes.word}
      data-word={index}
      data-lit={isLit || undefined}
      data-unsure={(isEditable && isUnsure(word)) || undefined}
      data-enter={isEditable ? "command" : undefined}
      title={isEditable && isUnsure(word) ? "Heard badly: worth a look" : undefined}
      tabIndex={isInHand ? 0 : -1}
      onFocus={() => correction.index !== index && correction.goTo(index)}
      onClick={() => controls.hear(word.start_s, word.end_s)}
      onDoubleClick={() => isEditable && correction.write("replace")}
    >
      {text}
    </UnstyledButton>
  );
});
