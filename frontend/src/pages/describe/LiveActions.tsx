import { Alert, Button, Group, Text } from "@mantine/core";
import { IconArrowBackUp, IconRefresh } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo, useSyncExternalStore } from "react";
import { descriptionsQuery } from "@/api/descriptions";
import { KeyOf } from "@/commands/Keys";
import { useOffer } from "@/commands/useOffer";
import { formatDuration } from "@/components/format";
import { showUndo } from "@/components/undo";
import { cutSeconds } from "@/recorder/cuts";
import { keepAbandoned } from "@/recorder/service";
import type { Take } from "@/recorder/take";
import type { Recorder } from "./useRecorder";
import { useTick } from "./useTick";

interface Props {
  take: Take;
  recorder: Recorder;
  device: string | null;
  image: number;
}

const TAKE_BACK = { id: "take.back", title: "Take back the last sentence", key: "X" };
const PAUSE = { id: "take.pause", title: "Pause or go on", key: "K" };

/** What a speaker does about what they just said, each with the way back. */
export function LiveActions({ take, recorder, device, image }: Props) {
  const queries = useQueryClient();
  const cuts = useSyncExternalStore(take.subscribe, () => take.cuts);
  const { startOver } = recorder;
  const readSilence = useCallback(() => (take.isSilent ? 1 : 0), [take]);

  const takeBack = useCallback(() => {
    const before = take.cuts;
    const cut = take.takeBack();
    if (cut === null) return;
    const seconds = formatDuration(Math.max(1, cut.end_s - cut.start_s));
    showUndo(`The last ${seconds} will not be heard.`, async () => take.putBack(before));
  }, [take]);

  const begin = async () => {
    const id = await startOver(device);
    if (id === null) return;
    showUndo("The take was put in the trash; another one runs.", async () => {
      await keepAbandoned(id);
      await queries.invalidateQueries(descriptionsQuery(image));
    });
  };

  useOffer(
    useMemo(
      () => ({
        commands: [
          { ...TAKE_BACK, group: "Take", words: "cut undo last", isOnce: true, run: takeBack },
          {
            ...{ ...PAUSE, group: "Take", words: "resume continue", isOnce: true },
            run: () => (take.state === "paused" ? take.resume() : take.pause()),
          },
        ],
      }),
      [take, takeBack],
    ),
  );

  const isSilent = useTick(take.state === "recording", readSilence) === 1;

  return (
    <div>
      {isSilent && (
        <Alert color="orange" role="alert" p="xs" mb="xs">
          Nothing is heard yet. Is this the right microphone, and is it switched on?
        </Alert>
      )}
      <Group grow preventGrowOverflow={false} gap="xs">
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          rightSection={<KeyOf command={TAKE_BACK} />}
          onClick={takeBack}
        >
          Take back last sentence
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          leftSection={<IconRefresh size={15} aria-hidden />}
          onClick={begin}
        >
          Start over
        </Button>
      </Group>
      {cuts.length > 0 && (
        <Text size="xs" c="dimmed" mt={6} role="status">
          {formatDuration(Math.max(1, cutSeconds(cuts)))} taken back: neither heard nor written.
        </Text>
      )}
    </div>
  );
}
