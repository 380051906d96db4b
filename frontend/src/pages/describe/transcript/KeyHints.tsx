import { Text } from "@mantine/core";
import { KeyOf, Labels } from "@/commands/Keys";
import classes from "./Transcript.module.css";
import { ADD, BACK, PLAY, REMOVE, UNSURE, WRITE } from "./transcript-commands";

/** The keys that a correction needs most; all of them are in the list of keys. */
export function KeyHints({ hasUnsure }: { hasUnsure: boolean }) {
  return (
    <Text size="xs" c="dimmed" mt="xs" className={classes.keys}>
      <KeyOf command={PLAY} /> plays, <KeyOf command={BACK} /> goes back a little,{" "}
      <KeyOf command={WRITE} /> writes over a word, <KeyOf command={ADD} /> adds one,{" "}
      <KeyOf command={REMOVE} /> removes it
      {hasUnsure && (
        <>
          , <KeyOf command={UNSURE} /> goes to the next unsure one
        </>
      )}
      ; <Labels labels={["?"]} /> shows all keys.
    </Text>
  );
}
