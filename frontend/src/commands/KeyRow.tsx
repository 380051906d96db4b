import { ActionIcon, Button, Group, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconRotate2 } from "@tabler/icons-react";
import { Fragment, type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { type Conflict, changedKeys, changeKey, conflictOf, resetKey } from "./changed-keys";
import { type Chord, chordOf, labelsOf } from "./chord";
import type { ChangedKeys, Command, KeysOfCommand } from "./command";
import classes from "./commands.module.css";
import { Keys, Labels } from "./Keys";

interface Props {
  commands: readonly Command[];
  command: Command;
  changed: ChangedKeys;
  keys: KeysOfCommand;
  /** Whether the next key press is this command's new key. */
  isWaiting: boolean;
  onWait: (isWaiting: boolean) => void;
}

/** One command with its keys. A click on its own key waits for another. */
export function KeyRow({ commands, command, changed, keys, isWaiting, onWait }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  const [clash, setClash] = useState<{ chord: Chord; conflict: Conflict } | null>(null);
  const { id, title, what, shown, isFixed } = command;
  const isChanged = !isFixed && changed.has(id);

  const end = (): void => {
    setClash(null);
    onWait(false);
    button.current?.focus();
  };
  const take = (chord: Chord): void => {
    changedKeys.set(changeKey(commands, changed, id, chord));
    end();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isWaiting) return;
    event.preventDefault();
    event.stopPropagation();
    const chord = chordOf(event.nativeEvent);
    if (chord === null || event.repeat) return;
    const conflict = conflictOf(commands, changed, id, chord);
    if (chord === "Escape" || chord === keys.own) end();
    else if (conflict === null) take(chord);
    else setClash({ chord, conflict });
  };

  return (
    <div className={classes.keyRow} data-waiting={isWaiting || undefined}>
      <Text size="sm" flex={1}>
        {what ?? title}
      </Text>
      {isChanged && !isWaiting && (
        <Tooltip label="Reset this key">
          <ActionIcon
            size={20}
            aria-label={`Reset the key of ${title}`}
            onClick={() => {
              changedKeys.set(resetKey(commands, changed, id));
              button.current?.focus();
            }}
          >
            <IconRotate2 size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {isFixed ? (
        <Fixed {...{ keys, shown }} />
      ) : (
        <Tooltip label="Change key" disabled={isWaiting}>
          <UnstyledButton
            ref={button}
            className={classes.ownKey}
            data-changed={isChanged || undefined}
            aria-label={isWaiting ? undefined : `Change key of ${title}, now ${named(keys.own)}`}
            onClick={() => {
              setClash(null);
              onWait(true);
            }}
            onKeyDown={onKeyDown}
            onBlur={() => isWaiting && clash === null && onWait(false)}
          >
            {isWaiting && clash === null ? (
              "Press a key…"
            ) : (
              <Own chord={clash?.chord ?? keys.own} />
            )}
          </UnstyledButton>
        </Tooltip>
      )}
      {!isFixed && !isWaiting && <Also chords={keys.also} />}
      {isWaiting && clash !== null && (
        <Clash {...clash} onSwap={() => take(clash.chord)} onCancel={end} />
      )}
    </div>
  );
}

const named = (chord: Chord | null): string =>
  chord === null ? "none" : labelsOf(chord).join(" ");

function Own({ chord }: { chord: Chord | null }) {
  return chord === null ? "None" : <Keys chord={chord} />;
}

function Fixed({ keys, shown }: { keys: KeysOfCommand; shown?: readonly string[] }) {
  if (shown !== undefined) return <Labels labels={shown} />;
  return (
    <>
      <Keys chord={keys.own} />
      <Also chords={keys.also} />
    </>
  );
}

function Also({ chords }: { chords: readonly Chord[] }) {
  return chords.map((chord) => (
    <Fragment key={chord}>
      <span className={classes.or}>or</span>
      <Keys chord={chord} />
    </Fragment>
  ));
}

interface ClashProps {
  chord: Chord;
  conflict: Conflict;
  onSwap: () => void;
  onCancel: () => void;
}

/** What stands in the way of a key, and the choice there is. */
function Clash({ chord, conflict, onSwap, onCancel }: ClashProps) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.querySelector("button")?.focus(), []);
  return (
    <Group
      ref={group}
      {...{ gap: 6, w: "100%", justify: "flex-end", wrap: "nowrap" }}
      onKeyDown={({ key }) => key === "Escape" && onCancel()}
    >
      <Text size="xs" className={classes.clash} role="alert" flex={1}>
        {words()}
      </Text>
      {conflict.kind === "taken" && (
        <Button size="compact-xs" variant="light" onClick={onSwap}>
          Swap
        </Button>
      )}
      <Button size="compact-xs" variant="default" onClick={onCancel}>
        Cancel
      </Button>
    </Group>
  );

  function words(): ReactNode {
    if (conflict.kind === "refused") return `${named(chord)}: ${conflict.reason}`;
    const { title } = conflict.by;
    if (conflict.kind === "fixed") return `${named(chord)} always means “${title}”.`;
    return `${named(chord)} means “${title}” so far.`;
  }
}
