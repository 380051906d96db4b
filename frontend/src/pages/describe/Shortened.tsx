import { Box, Button, Group, Text } from "@mantine/core";
import { IconScissors } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type Shortening, shorteningQuery, shortenTranscript } from "@/api/shortening";
import { CaptionChanges } from "./CaptionChanges";

interface Props {
  /** Whose text is shortened. */
  transcript: { id: string; text: string };
  onUse: (shortening: Shortening) => void;
}

/** What a language model makes of what was said, beside the rules' text; a person decides. */
export function Shortened({ transcript, onUse }: Props) {
  const queries = useQueryClient();
  const key = shorteningQuery(transcript.id).queryKey;
  const { data } = useQuery(shorteningQuery(transcript.id));
  const shorten = useMutation({
    mutationFn: () => shortenTranscript(transcript.id),
    onSuccess: (told) => queries.setQueryData(key, told),
  });
  if (!data) return null;
  const { offer, is_possible, is_running, error } = data;
  if (offer === null) {
    if (!is_possible) return null;
    return (
      <Group gap="xs" mt="xs">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconScissors size={14} aria-hidden />}
          loading={is_running || shorten.isPending}
          onClick={() => shorten.mutate()}
        >
          Shorten with the model
        </Button>
        {error !== "" && (
          <Text size="xs" c="red" role="status">
            That did not work: {error}
          </Text>
        )}
      </Group>
    );
  }
  if (offer.text === "") {
    return (
      <Text size="xs" c="dimmed" mt="xs" role="status">
        The model offers no shorter text. {offer.refusal}
      </Text>
    );
  }
  return (
    <Box component="section" mt="xs" aria-label="Shortened by the model">
      <Text size="xs" c="dimmed" fw={500}>
        Shortened by {offer.maker}
      </Text>
      <Text size="sm" my={6} style={{ overflowWrap: "anywhere" }}>
        {offer.text}
      </Text>
      <CaptionChanges spoken={transcript.text} caption={offer.text} />
      <Button size="compact-sm" variant="light" mt="xs" onClick={() => onUse(offer)}>
        Use this text
      </Button>
    </Box>
  );
}
