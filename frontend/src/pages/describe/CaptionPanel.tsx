import { Alert, Button, Group, Text, Textarea } from "@mantine/core";
import { IconSparkles } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { cleanCaption, type NewCaption, saveCaption } from "@/api/descriptions";
import type { Caption, Recording } from "@/api/types";
import { formatAgo } from "@/components/format";
import { Section } from "@/components/Section";
import { AsLeft } from "./AsLeft";
import { CaptionChanges } from "./CaptionChanges";
import { Shortened } from "./Shortened";
import { savedBy } from "./said/said";
import type { DescribingClock } from "./useDescribingSeconds";
import { useSave } from "./useSave";
import { NOTHING_WRITTEN, type Written } from "./written";

interface Props {
  image: number;
  /** The newest take, whose text the suggestion is made of. */
  recording: Recording | null;
  captions: Caption[];
  written: Written;
  onWrite: (written: Written) => void;
  /** Tells which text is saved: that in the field may be another by then. */
  onSaved: (text: string) => void;
  clock: DescribingClock;
  /** What is written was left here before, and nobody has gone on with it. */
  isAsLeft: boolean;
}

/** The clean text that is exported: suggested from what was said, decided by a person. */
export function CaptionPanel({ image, recording, captions, clock, ...props }: Props) {
  const { written, onWrite, onSaved } = props;
  const saved = captions[0];
  const corrected = recording?.transcripts.findLast((each) => each.kind === "corrected");
  const isAhead = corrected && (!saved || corrected.created_at > saved.created_at);
  const suggestion = useQuery({
    queryKey: ["clean-caption", corrected?.id],
    queryFn: () => cleanCaption(corrected?.text ?? ""),
    enabled: Boolean(isAhead),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const text = written.text ?? (isAhead ? suggestion.data?.text : undefined) ?? saved?.text ?? "";
  const isSaved = saved !== undefined && text === saved.text && !isAhead;

  const { save, isSaving } = useSave({
    image,
    seconds: clock.seconds,
    send: (made: NewCaption) => saveCaption(image, made),
    onSaved: (_, made) => {
      clock.spend(made.seconds);
      onSaved(made.text);
    },
  });
  const saveText = () => {
    const { proposal, shortening } = written;
    const made = { recording: recording?.id ?? null, proposal, shortening };
    save({ base: saved?.id ?? null, text: text.trim(), ...made });
  };

  return (
    <Section title="Caption" description="The clean text that goes into the dataset.">
      {isAhead && written.text === null && suggestion.data && (
        <Alert
          color="iris"
          variant="light"
          p="xs"
          mb="xs"
          icon={<IconSparkles size={16} aria-hidden />}
        >
          Suggested from the corrected text, without fillers and false starts.
        </Alert>
      )}
      <Textarea
        aria-label="Caption"
        autosize
        minRows={3}
        maxRows={10}
        placeholder={
          recording
            ? "Save the corrected text first; a clean caption is suggested from it."
            : "Record a take above, or write the caption here."
        }
        value={text}
        onChange={(event) => onWrite({ ...written, text: event.currentTarget.value })}
      />
      <CaptionChanges
        spoken={corrected?.text ?? ""}
        caption={text}
        onReplace={(said) => onWrite({ ...NOTHING_WRITTEN, text: said })}
      />
      {corrected && isAhead && (
        <Shortened
          transcript={corrected}
          onUse={({ id, text: shorter }) =>
            onWrite({ ...NOTHING_WRITTEN, text: shorter, shortening: id })
          }
        />
      )}
      <Group justify="space-between" mt="sm" gap="xs">
        {props.isAsLeft && <AsLeft />}
        <Text size="xs" c="dimmed">
          {saved ? `${savedBy(saved)}, ${formatAgo(saved.created_at)}` : ""}
        </Text>
        <Button disabled={text.trim() === "" || isSaved} onClick={saveText} loading={isSaving}>
          Save caption
        </Button>
      </Group>
    </Section>
  );
}
