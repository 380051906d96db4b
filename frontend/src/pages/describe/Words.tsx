import { Text, UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { Word } from "@/api/types";
import { insertAfter, isUnsure, joinWithNext, nextUnsure, replaceWord } from "@/recorder/words";
import { useSaidWords } from "./grounding/useSaidWords";
import { WordInput } from "./WordInput";
import classes from "./Words.module.css";

interface Props {
  words: Word[];
  /** The word under the playhead; -1 for none. */
  lit: number;
  isEditable: boolean;
  onChange: (words: Word[]) => void;
  onSeek: (word: Word) => void;
  onTogglePlay: () => void;
}

type Editing = { kind: "replace" | "insert"; index: number } | null;

/** Words in a row, one of them in focus; the arrow keys move it. */
export function Words({ words, lit, isEditable, onChange, onSeek, onTogglePlay }: Props) {
  const row = useRef<HTMLDivElement>(null);
  const said = useSaidWords(words, isEditable);
  const [focus, setFocus] = useState(0);
  const [editing, setEditing] = useState<Editing>(null);

  useEffect(() => {
    if (lit < 0) return;
    row.current?.querySelector(`[data-word="${lit}"]`)?.scrollIntoView({ block: "nearest" });
  }, [lit]);

  const moveTo = (index: number) => {
    if (words.length === 0) return;
    const next = Math.min(words.length - 1, Math.max(0, index));
    setFocus(next);
    row.current?.querySelector<HTMLElement>(`[data-word="${next}"]`)?.focus();
  };

  const finish = (text: string | null) => {
    if (!editing) return;
    const { kind, index } = editing;
    setEditing(null);
    if (text !== null)
      onChange(
        kind === "replace" ? replaceWord(words, index, text) : insertAfter(words, index, text),
      );
    requestAnimationFrame(() => moveTo(index));
  };

  const onKeyDown = (event: KeyboardEvent) => {
    if (editing || event.ctrlKey || event.metaKey) return;
    if (move(event.key) || (isEditable && change(event.key))) event.preventDefault();
  };

  const move = (key: string): boolean => {
    if (key === "ArrowRight") moveTo(focus + 1);
    else if (key === "ArrowLeft") moveTo(focus - 1);
    else if (key === " ") onTogglePlay();
    else return false;
    return true;
  };

  const change = (key: string): boolean => {
    if (key === "Enter") setEditing({ kind: "replace", index: focus });
    else if (key === "+") setEditing({ kind: "insert", index: focus });
    else if (key === "Delete" || key === "Backspace") onChange(replaceWord(words, focus, ""));
    else if (key === "j") onChange(joinWithNext(words, focus));
    else if (key === "u") moveTo(nextUnsure(words, focus));
    else return false;
    return true;
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
        const isReplaced = editing?.kind === "replace" && editing.index === index;
        const key = `${index} ${word.start_s} ${word.text}`;
        return (
          <span key={key}>
            {isReplaced ? (
              <WordInput text={word.text.trim()} onDone={finish} />
            ) : (
              <UnstyledButton
                component="button"
                className={classes.word}
                {...said(index)}
                data-word={index}
                data-lit={index === lit || undefined}
                data-unsure={(isEditable && isUnsure(word)) || undefined}
                tabIndex={index === Math.min(focus, words.length - 1) ? 0 : -1}
                onFocus={() => setFocus(index)}
                onClick={() => onSeek(word)}
                onDoubleClick={() => isEditable && setEditing({ kind: "replace", index })}
              >
                {word.text.trim()}
              </UnstyledButton>
            )}{" "}
            {editing?.kind === "insert" && editing.index === index && (
              <WordInput text="" onDone={finish} />
            )}
          </span>
        );
      })}
    </div>
  );
}
