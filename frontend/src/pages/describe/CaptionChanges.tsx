import { Button, Group, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { changesQuery, MOST_COMPARED } from "@/api/descriptions";
import classes from "./CaptionChanges.module.css";

const TYPING_MS = 400;

interface Props {
  /** What was said, as it was corrected. */
  spoken: string;
  /** The caption as it stands. */
  caption: string;
  /** Puts another text in its place, where that can be done. */
  onReplace?: (text: string) => void;
}

/** How a caption differs from what was said: words that it adds stand out, dropped ones are struck. */
export function CaptionChanges({ spoken, caption, onReplace }: Props) {
  const [clean] = useDebouncedValue(caption, TYPING_MS);
  const isShown =
    spoken !== "" && clean.trim() !== "" && Math.max(spoken.length, clean.length) <= MOST_COMPARED;
  const { data } = useQuery({
    ...changesQuery(spoken, clean),
    enabled: isShown,
    placeholderData: keepPreviousData,
  });
  if (!isShown || !data || data.parts.every(({ kind }) => kind === "same")) return null;
  return (
    <section className={classes.changes} aria-label="Changes to what was said">
      <Text size="sm" lh={1.7}>
        {data.parts.map(({ kind, text, is_content }, at) => {
          const Mark = kind === "added" ? "ins" : kind === "dropped" ? "del" : "span";
          // biome-ignore lint/suspicious/noArrayIndexKey: parts are all new with each answer.
          return <Mark key={at} data-content={is_content}>{`${text} `}</Mark>;
        })}
      </Text>
      <Group justify="space-between" gap="xs" mt="xs" align="flex-start">
        <div role="status">
          {data.added.length > 0 && (
            <Text size="xs" c="orange">
              Nobody said: {data.added.join(", ")}
            </Text>
          )}
          <Text size="xs" c="dimmed">
            {data.dropped.length > 0
              ? `Left out: ${data.dropped.join(", ")}`
              : "Nothing important was left out."}
          </Text>
        </div>
        {onReplace && (
          <Button size="compact-xs" variant="default" onClick={() => onReplace(spoken)}>
            Use the words as said
          </Button>
        )}
      </Group>
    </section>
  );
}
