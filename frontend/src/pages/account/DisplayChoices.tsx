import { Group, SegmentedControl, Text } from "@mantine/core";
import { type ReactNode, useId } from "react";
import { type Display, display } from "@/components/display";
import { Section } from "@/components/Section";
import { useSignal } from "@/components/useSignal";

const SIZES = [
  { value: "normal", label: "Normal" },
  { value: "large", label: "Large" },
  { value: "larger", label: "Larger" },
] as const;
const HANDS = [
  { value: "right", label: "Right" },
  { value: "left", label: "Left" },
] as const;

export function DisplayChoices() {
  const shown = useSignal(display);
  const set = (change: Partial<Display>): void => display.set({ ...shown, ...change });
  return (
    <Section title="Display" description="Kept with your account, as are your tools and keys.">
      <Choice title="Size of text">
        {(labelledBy) => (
          <SegmentedControl
            size="xs"
            aria-labelledby={labelledBy}
            value={shown.textSize}
            data={[...SIZES]}
            onChange={(textSize) => set({ textSize: textSize as Display["textSize"] })}
          />
        )}
      </Choice>
      <Choice title="Hand that draws" what="The tools stand on the side of the other one.">
        {(labelledBy) => (
          <SegmentedControl
            size="xs"
            aria-labelledby={labelledBy}
            value={shown.hand}
            data={[...HANDS]}
            onChange={(hand) => set({ hand: hand as Display["hand"] })}
          />
        )}
      </Choice>
    </Section>
  );
}

interface ChoiceProps {
  title: string;
  what?: string;
  children: (labelledBy: string) => ReactNode;
}

function Choice({ title, what, children }: ChoiceProps) {
  const id = useId();
  return (
    <Group justify="space-between" wrap="nowrap" mih={36}>
      <div>
        <Text size="sm" id={id}>
          {title}
        </Text>
        {what && (
          <Text size="xs" c="dimmed">
            {what}
          </Text>
        )}
      </div>
      {children(id)}
    </Group>
  );
}
