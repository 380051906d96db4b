import { ActionIcon, Menu, Text } from "@mantine/core";
import {
  IconArrowBackUp,
  IconDots,
  IconKeyboard,
  IconPlayerTrackPrev,
  IconUserMinus,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { type Command, whyNot } from "@/commands/command";
import { KeyOf } from "@/commands/Keys";
import { commandsOf, offers, use } from "@/commands/on-offer";
import { useSignal } from "@/components/useSignal";

const SIZE = 16;

/** By the ids of their commands, in this order. */
const ICONS: Record<string, ReactNode> = {
  "image.previous": <IconPlayerTrackPrev size={SIZE} aria-hidden />,
  "image.reopen": <IconArrowBackUp size={SIZE} aria-hidden />,
  "image.give-back": <IconUserMinus size={SIZE} aria-hidden />,
  keys: <IconKeyboard size={SIZE} aria-hidden />,
};

/** What is rarely done on an image, by its name, with its key and what it does. */
export function MoreMenu() {
  return (
    <Menu position="bottom-end" width={300} returnFocus>
      <Menu.Target>
        <ActionIcon aria-label="More">
          <IconDots size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Items />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Only there while the menu is open: what can be done is worked out then. */
function Items() {
  const commands = commandsOf(useSignal(offers));
  return Object.keys(ICONS).map((id) => {
    const command = commands.find((each) => each.id === id);
    return command !== undefined && <Item key={id} command={command} />;
  });
}

function Item({ command }: { command: Command }) {
  const why = whyNot(command);
  return (
    <Menu.Item
      disabled={why !== null}
      leftSection={ICONS[command.id]}
      rightSection={<KeyOf command={command} />}
      onClick={() => use(command)}
    >
      {command.title}
      <Text size="xs" c="dimmed">
        {why ?? command.what}
      </Text>
    </Menu.Item>
  );
}
