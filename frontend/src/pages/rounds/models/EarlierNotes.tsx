import { ScrollArea, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { notesQuery } from "@/api/bundles";
import { formatAgo, formatMoment } from "@/components/format";
import { NotLoaded } from "@/components/NotLoaded";

interface Props {
  project: number;
  bundle: string;
}

/** What was said of a model before the newest note, the newest first; nothing, if nothing was. */
export function EarlierNotes({ project, bundle }: Props) {
  const query = useQuery(notesQuery(project, bundle));
  if (query.isLoadingError) return <NotLoaded what="Earlier notes" query={query} />;
  const [, ...earlier] = query.data ?? [];
  if (earlier.length === 0) return null;
  return (
    <section aria-label="Earlier notes">
      <Text size="sm" fw={500} mb={4}>
        Earlier notes
      </Text>
      <ScrollArea.Autosize mah={180} type="auto">
        <Stack gap="xs">
          {earlier.map(({ text, by, at }) => (
            <div key={at}>
              <Text size="sm" c={text ? undefined : "dimmed"} style={{ overflowWrap: "anywhere" }}>
                {text || "The note was taken back."}
              </Text>
              <Text size="xs" c="dimmed" title={formatMoment(at)}>
                {by}, {formatAgo(at)}
              </Text>
            </div>
          ))}
        </Stack>
      </ScrollArea.Autosize>
    </section>
  );
}
