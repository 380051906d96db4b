import { Button, Popover, SegmentedControl, Slider, Stack, Switch, Text } from "@mantine/core";
import { IconAdjustments } from "@tabler/icons-react";
import { useEffect } from "react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { BRIGHTEST, type Look, PLAIN_LOOK, parseLook } from "@/editor/look";
import { RailMenuButton } from "./RailMenuButton";

const KEPT_AS = "anneal-look";

/** How masks and image are drawn; it stays from image to image and from day to day. */
export function LookMenu({ editor, size }: { editor: Editor; size: number }) {
  const { look: signal } = editor.view;
  const look = useSignal(signal);
  const set = (change: Partial<Look>): void => signal.set({ ...look, ...change });

  useEffect(() => {
    signal.set(parseLook(localStorage.getItem(KEPT_AS)));
    return signal.subscribe(() => localStorage.setItem(KEPT_AS, JSON.stringify(signal.get())));
  }, [signal]);

  return (
    <Popover position="right-end" width={240} trapFocus returnFocus>
      <Popover.Target>
        <RailMenuButton title="How masks and image look" size={size}>
          <IconAdjustments size={18} aria-hidden />
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
