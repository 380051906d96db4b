import {
  Button,
  Chip,
  Group,
  Popover,
  SegmentedControl,
  Slider,
  Stack,
  Switch,
  Text,
} from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useEffect } from "react";
import { choices } from "@/api/preferences";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import {
  BRIGHTEST,
  CHANNELS,
  imageFilter,
  keepLook,
  type Look,
  PLAIN_LOOK,
  STEEPEST,
  toggleChannel,
} from "@/editor/look";
import { RailMenuButton } from "./RailMenuButton";

const CHANNEL_WORDS = { red: "Red", green: "Green", blue: "Blue" } as const;

/** How masks and image are drawn; it stays from image to image and from day to day. */
export function LookMenu({ editor, size }: { editor: Editor; size: number }) {
  const { look: signal } = editor.view;
  const look = useSignal(signal);
  const set = (change: Partial<Look>): void => signal.set({ ...look, ...change });

  const isAsItIs = imageFilter(look) === "none";

  useEffect(() => keepLook(signal, choices), [signal]);

  return (
    <Popover position="right-end" width={240} trapFocus returnFocus>
      <Popover.Target>
        <RailMenuButton
          title={`How masks and image look${isAsItIs ? "" : " (changed)"}`}
          size={size}
        >
          <IconAdjustments
            size={18}
            // A changed image is easily taken for the image.
            color={isAsItIs ? undefined : "var(--mantine-primary-color-filled)"}
            aria-hidden
          />
        </RailMenuButton>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <SegmentedControl
            size="xs"
            aria-label="Colour of the masks"
            value={look.colourBy}
            data={[
              { value: "label", label: "By label" },
              { value: "object", label: "By object" },
            ]}
            onChange={(value) => set({ colourBy: value as Look["colourBy"] })}
          />
          <Switch
            size="xs"
            label="Outlines only"
            checked={look.isOutlineOnly}
            onChange={({ currentTarget }) => set({ isOutlineOnly: currentTarget.checked })}
          />
          <Share
            title="Opacity of masks"
            value={look.fill}
            most={1}
            disabled={look.isOutlineOnly}
            onChange={(fill) => set({ fill })}
          />
          <Share
            title="Brightness of the image"
            value={look.brightness}
            most={BRIGHTEST}
            onChange={(brightness) => set({ brightness })}
          />
          <Share
            title="Contrast of the image"
            value={look.contrast}
            most={BRIGHTEST}
            onChange={(contrast) => set({ contrast })}
          />
          <Gamma value={look.gamma} onChange={(gamma) => set({ gamma })} />
          <Channels look={look} onChange={(next) => signal.set(next)} />
          <Switch
            size="xs"
            label="Minimap when zoomed in"
            checked={look.hasMinimap}
            onChange={({ currentTarget }) => set({ hasMinimap: currentTarget.checked })}
          />
          <Switch
            size="xs"
            label="Pixel grid when zoomed in"
            checked={look.hasPixelGrid}
            onChange={({ currentTarget }) => set({ hasPixelGrid: currentTarget.checked })}
          />
          <Button size="compact-xs" variant="default" onClick={() => signal.set(PLAIN_LOOK)}>
            Reset
          </Button>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

interface ShareProps {
  title: string;
  value: number;
  most: number;
  disabled?: boolean;
  onChange: (value: number) => void;
}

function Share({ title, value, most, disabled = false, onChange }: ShareProps) {
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        {title}: {Math.round(100 * value)} %
      </Text>
      <Slider
        size="xs"
        min={0}
        max={most}
        step={0.01}
        label={null}
        thumbLabel={title}
        {...{ value, disabled, onChange }}
      />
    </div>
  );
}

/** On a scale where halving is as far as doubling. */
function Gamma({ value, onChange }: Pick<ShareProps, "value" | "onChange">) {
  const reach = Math.log2(STEEPEST);
  return (
    <div>
      <Text size="xs" c="dimmed" mb={4}>
        Gamma of the image: {value.toFixed(2)}
      </Text>
      <Slider
        size="xs"
        min={-reach}
        max={reach}
        step={0.05}
        label={null}
        thumbLabel="Gamma of the image"
        value={Math.log2(value)}
        onChange={(power) => onChange(Math.abs(power) < 0.001 ? 1 : 2 ** power)}
      />
    </div>
  );
}

interface ChannelsProps {
  look: Look;
  onChange: (look: Look) => void;
}

/** Each is on or off by itself, and the last that is on stays. */
function Channels({ look, onChange }: ChannelsProps) {
  return (
    <Group gap={6} wrap="nowrap" role="group" aria-label="Channels of the image">
      {CHANNELS.map((channel) => (
        <Chip
          key={channel}
          size="xs"
          checked={look.channels.includes(channel)}
          aria-disabled={toggleChannel(look, channel) === look}
          onChange={() => onChange(toggleChannel(look, channel))}
        >
          {CHANNEL_WORDS[channel]}
        </Chip>
      ))}
    </Group>
  );
}
