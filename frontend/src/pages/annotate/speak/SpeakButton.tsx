import { ActionIcon } from "@mantine/core";
import { IconMicrophone, IconPlayerStopFilled } from "@tabler/icons-react";
import type { MaskVoice } from "./useMaskVoice";

interface Props {
  voice: MaskVoice;
  mask: string;
  isDisabled: boolean;
}

export function SpeakButton({ voice, mask, isDisabled }: Props) {
  const isLive = voice.take?.mask === mask;
  const label = isLive ? "End what you say of the mask" : "Speak the caption";
  return (
    <ActionIcon
      size="sm"
      variant={isLive ? "filled" : "subtle"}
      color={isLive ? "red" : "gray"}
      aria-label={label}
      title={label}
      loading={voice.isOpening}
      disabled={isDisabled && !isLive}
      onClick={voice.press}
    >
      {isLive ? (
        <IconPlayerStopFilled size={14} aria-hidden />
      ) : (
        <IconMicrophone size={15} aria-hidden />
      )}
    </ActionIcon>
  );
}
