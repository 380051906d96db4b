import { Kbd } from "@mantine/core";
import { type Chord, labelsOf } from "./chord";
import type { Keyed } from "./command";
import classes from "./commands.module.css";
import { useKey } from "./useKey";

const IS_MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** The key that a command has now, for a button that does the same. */
export function KeyOf({ command }: { command: Keyed }) {
  return <Keys chord={useKey(command)} />;
}

/** The keys of a chord, side by side. */
export function Keys({ chord }: { chord: Chord | null }) {
  return chord === null ? null : <Labels labels={labelsOf(chord, IS_MAC)} />;
}

export function Labels({ labels }: { labels: readonly string[] }) {
  return (
    <span className={classes.chord}>
      {labels.map((label) => (
        <Kbd key={label} size="xs">
          {label}
        </Kbd>
      ))}
    </span>
  );
}
