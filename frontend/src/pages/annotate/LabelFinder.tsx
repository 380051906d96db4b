import { VisuallyHidden } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type KeyboardEvent, useEffect, useMemo, useRef } from "react";
import type { Command, Keyed } from "@/commands/command";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import classes from "./LabelToolbar.module.css";

/** Where the letter is free it is one; elsewhere the slash alone. */
export const FIND_BY_LETTER = { key: "L", also: ["/"] } as const;
export const FIND_BY_SLASH = { key: "/" } as const;

interface Props {
  keys: Pick<Command, "key" | "also">;
  disabled: boolean;
  /** Null while nobody looks for a label. */
  query: string | null;
  /** What Enter would choose. */
  found: string | null;
  onQuery: (query: string | null) => void;
  onStep: (step: 1 | -1) => void;
  onChoose: () => void;
}

/**
 * A key opens a field for the first letters of a label, Enter chooses it. While it is open letters are
 * letters: no verdict is given and no tool is taken by them.
 */
export function LabelFinder({ keys, disabled, query, found, ...props }: Props) {
  const { onQuery, onStep, onChoose } = props;
  const field = useRef<HTMLInputElement>(null);
  const before = useRef<Element | null>(null);
  const command: Keyed = { id: "label.find", key: keys.key };
  useOffer(
    useMemo(
      () => ({
        commands: [
          {
            ...{ id: "label.find", title: "Find a label by its first letters", group: "Label" },
            ...keys,
            words: "name search type",
            why: () => (disabled ? "This image can only be looked at." : null),
            run: () => onQuery(""),
          },
        ],
      }),
      [keys, disabled, onQuery],
    ),
  );
  const isOpen = query !== null;
  useEffect(() => {
    if (!isOpen) return;
    before.current = document.activeElement;
    field.current?.focus();
  }, [isOpen]);

  /** The focus goes back first, so that the next key is a command again. */
  const close = (): void => {
    const back = before.current;
    field.current?.blur();
    if (back instanceof HTMLElement && back.isConnected) back.focus({ preventScroll: true });
    onQuery(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") onStep(1);
    else if (event.key === "ArrowUp") onStep(-1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter") {
      if (found !== null) onChoose();
      if (found !== null || query === "") close();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };

  if (query === null) {
    return (
      <button
        type="button"
        className={classes.find}
        disabled={disabled}
        title="Find a label by its first letters"
        onClick={() => onQuery("")}
      >
        <IconSearch size={14} aria-hidden />
        Find
        <KeyOf command={command} />
      </button>
    );
  }
  return (
    <span className={classes.find} data-open="">
      <IconSearch size={14} aria-hidden />
      <input
        ref={field}
        className={classes.field}
        aria-label="First letters of a label"
        placeholder="First letters"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={({ currentTarget }) => onQuery(currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={() => onQuery(null)}
      />
      <span role="status">
        {query !== "" && found === null && "No such label"}
        <VisuallyHidden>
          {query !== "" && found !== null && `${found}: Enter chooses it`}
        </VisuallyHidden>
      </span>
    </span>
  );
}
