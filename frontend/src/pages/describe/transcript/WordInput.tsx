import { useEffect, useRef, useState } from "react";
import classes from "./Words.module.css";

interface Props {
  text: string;
  /** Null: leave everything as it was. */
  onDone: (text: string | null) => void;
}

/** A word being written; several words make several. */
export function WordInput({ text, onDone }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [value, setValue] = useState(text);

  useEffect(() => {
    input.current?.focus();
    input.current?.select();
  }, []);

  return (
    <input
      ref={input}
      className={classes.input}
      aria-label={text ? `Correct "${text}"` : "New word"}
      value={value}
      style={{ width: `${Math.max(3, value.length + 1)}ch` }}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => onDone(value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter" || event.key === "Tab") event.currentTarget.blur();
        if (event.key === "Escape") onDone(null);
      }}
    />
  );
}
