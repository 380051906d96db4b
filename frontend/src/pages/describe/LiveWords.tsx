import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { heardQuery } from "@/api/heard";
import { findAspects } from "@/recorder/aspects";
import { Checklist } from "./Checklist";
import { Counters } from "./Counters";
import classes from "./LiveWords.module.css";

/** What was heard so far of a take, and what it leaves unsaid. */
export function LiveWords({ recording }: { recording: string }) {
  const box = useRef<HTMLDivElement>(null);
  const { data } = useQuery(heardQuery(recording));
  const { settled = "", open = "" } = data ?? {};
  const text = `${settled} ${open}`.trim();
  const { answered, counters } = findAspects(text);

  // biome-ignore lint/correctness/useExhaustiveDependencies: new words move it to its end.
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [text]);

  return (
    <Stack gap="sm">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <div ref={box} className={classes.words} role="log" aria-label="Heard so far" tabIndex={0}>
        {text ? (
          <Text size="sm">
            {settled} <span className={classes.open}>{open}</span>
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            Your words appear here, a few seconds after you say them.
          </Text>
        )}
      </div>
      <Checklist heard={answered} />
      <Counters counters={counters} />
    </Stack>
  );
}
