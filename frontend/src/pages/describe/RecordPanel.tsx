import { Alert, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconMicrophone, IconPlayerPauseFilled, IconPlayerStopFilled } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useCallback } from "react";
import { consentQuery } from "@/api/session";
import { Section } from "@/components/Section";
import { listMicrophones } from "@/recorder/microphone";
import { Checklist } from "./Checklist";
import { ConsentDialog } from "./ConsentDialog";
import { LiveActions } from "./LiveActions";
import { LiveWords } from "./LiveWords";
import { LevelBar, TimeMeter } from "./meters";
import { SavedState } from "./sending";
import { useMicrophoneChoice } from "./useMicrophoneChoice";
import type { Recorder } from "./useRecorder";
import { useTick } from "./useTick";

interface Props {
  recorder: Recorder;
  image: number;
  isFirst: boolean;
  /** A description is proposed: speaking takes its place. */
  isInstead?: boolean;
}

export function RecordPanel({ recorder, image, isFirst, isInstead = false }: Props) {
  const { take, state, microphone, problem } = recorder;
  const consent = useQuery(consentQuery);
  const [asking, dialog] = useDisclosure(false);
  const [device, setDevice] = useMicrophoneChoice();
  const isLive = state === "recording" || state === "paused";
  const seconds = useTick(
    state === "recording",
    useCallback(() => take?.clock.seconds ?? 0, [take]),
  );

  const record = () => (consent.data?.given ? recorder.start(device) : dialog.open());

  return (
    <Section
      title={isFirst || isLive ? "Describe aloud" : "Another take"}
      description="Speak for 60 to 90 seconds and point at what you mean."
    >
      <Stack gap="sm">
        {problem && (
          <Alert color="red" role="alert">
            {problem}
          </Alert>
        )}
        {isLive && take ? (
          <>
            <TimeMeter seconds={seconds} isPaused={state === "paused"} />
            <LevelBar microphone={microphone} isRunning={state === "recording"} />
            <SavedState />
            <Group grow gap="xs">
              {state === "recording" ? (
                <Button
                  variant="default"
                  leftSection={<IconPlayerPauseFilled size={16} aria-hidden />}
                  onClick={() => take.pause()}
                >
                  Pause
                </Button>
              ) : (
                <Button
                  variant="default"
                  leftSection={<IconMicrophone size={16} aria-hidden />}
                  onClick={() => take.resume()}
                >
                  Go on
                </Button>
              )}
              <Button
                leftSection={<IconPlayerStopFilled size={16} aria-hidden />}
                onClick={() => take.stop()}
              >
                Finish
              </Button>
            </Group>
            <LiveActions {...{ take, recorder, device, image }} />
            <LiveWords recording={take.id} />
          </>
        ) : (
          <>
            <MicrophoneSelect value={device} onChange={setDevice} />
            <Button
              fullWidth
              variant={isFirst && !isInstead ? "filled" : "default"}
              leftSection={<IconMicrophone size={16} aria-hidden />}
              loading={state === "opening"}
              disabled={!consent.data}
              onClick={record}
            >
              {isInstead ? "Speak instead" : isFirst ? "Record" : "Record again"}
            </Button>
            {isFirst && !isInstead && <Checklist />}
          </>
        )}
      </Stack>
      <ConsentDialog
        opened={asking}
        onClose={dialog.close}
        onGiven={() => {
          dialog.close();
          void recorder.start(device);
        }}
      />
    </Section>
  );
}

interface SelectProps {
  value: string | null;
  onChange: (deviceId: string | null) => void;
}

/** Names of microphones are known only after the first use; until then there is no choice to show. */
function MicrophoneSelect({ value, onChange }: SelectProps) {
  const { data: devices = [] } = useQuery({
    queryKey: ["microphones"],
    queryFn: listMicrophones,
    staleTime: 0,
  });
  if (devices.length === 0)
    return (
      <Text size="xs" c="dimmed">
        Your browser will ask for the microphone.
      </Text>
    );
  return (
    <Select
      size="xs"
      label="Microphone"
      placeholder="Default"
      clearable
      value={devices.some((device) => device.deviceId === value) ? value : null}
      onChange={onChange}
      data={devices.map((device, index) => ({
        value: device.deviceId,
        label: device.label || `Microphone ${index + 1}`,
      }))}
    />
  );
}
