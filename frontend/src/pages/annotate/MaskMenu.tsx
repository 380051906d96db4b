import { Button, Menu, NumberInput, Text } from "@mantine/core";
import {
  IconArrowBarToDown,
  IconArrowBarToUp,
  IconArrowDown,
  IconArrowsDiagonal,
  IconArrowsDiagonalMinimize2,
  IconArrowUp,
  IconBinaryTree,
  IconBucketDroplet,
  IconCopy,
  IconDots,
  IconEyeOff,
  IconFocus2,
  IconHistory,
  IconLayersDifference,
  IconLayersSubtract,
  IconLayersUnion,
  IconLock,
  IconSparkles,
  IconSquare,
} from "@tabler/icons-react";
import { type FormEvent, Fragment, type KeyboardEvent, type ReactNode, useState } from "react";
import { KeyOf } from "@/commands/Keys";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { dropSpecksBelow, specksInHand } from "@/editor/mask-commands";
import classes from "./AnnotatePage.module.css";
import { lackOf, MASK_COMMANDS, type MaskCommand } from "./mask-commands";
import { RailMenuButton } from "./RailMenuButton";

const SIZE = 15;

const ICONS: Record<string, ReactNode> = {
  "Fill all holes": <IconBucketDroplet size={SIZE} aria-hidden />,
  "Drop specks": <IconSparkles size={SIZE} aria-hidden />,
  "Grow by a pixel": <IconArrowsDiagonal size={SIZE} aria-hidden />,
  "Shrink by a pixel": <IconArrowsDiagonalMinimize2 size={SIZE} aria-hidden />,
  "Merge the selected masks": <IconLayersUnion size={SIZE} aria-hidden />,
  "Cut by its neighbours": <IconLayersSubtract size={SIZE} aria-hidden />,
  "Cut its neighbours": <IconLayersDifference size={SIZE} aria-hidden />,
  Duplicate: <IconCopy size={SIZE} aria-hidden />,
  "Make it a part": <IconBinaryTree size={SIZE} aria-hidden />,
  "No longer a part": <IconSquare size={SIZE} aria-hidden />,
  "Bring forward": <IconArrowUp size={SIZE} aria-hidden />,
  "Send backward": <IconArrowDown size={SIZE} aria-hidden />,
  "Bring to front": <IconArrowBarToUp size={SIZE} aria-hidden />,
  "Send to back": <IconArrowBarToDown size={SIZE} aria-hidden />,
  History: <IconHistory size={SIZE} aria-hidden />,
  "Hide or show": <IconEyeOff size={SIZE} aria-hidden />,
  "Show alone, or all again": <IconFocus2 size={SIZE} aria-hidden />,
  "Lock or unlock": <IconLock size={SIZE} aria-hidden />,
};

/** What can be done with whole masks. */
export function MaskMenu({ editor, size }: { editor: Editor; size: number }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Menu position="right-start" width={270} returnFocus opened={isOpen} onChange={setOpen}>
      <Menu.Target>
        <RailMenuButton title="Mask commands" size={size}>
          <IconDots size={18} aria-hidden />
        </RailMenuButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Commands editor={editor} onDone={() => setOpen(false)} />
      </Menu.Dropdown>
    </Menu>
  );
}

/** Only there while the menu is open: what each command would do is worked out then. */
function Commands({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  useSignal(editor.selection);
  useSignal(editor.alsoSelected);
  useSignal(editor.isReadOnly);
  return MASK_COMMANDS.map((command, index) => {
    const isFirst = index > 0 && MASK_COMMANDS[index - 1]?.group !== command.group;
    const isOff = lackOf(editor, command) !== null;
    return (
      <Fragment key={command.title}>
        {isFirst && <Menu.Divider />}
        <Item editor={editor} command={command} isOff={isOff} />
        {command.id === "mask.drop-specks" && !isOff && <SpecksBelow {...{ editor, onDone }} />}
      </Fragment>
    );
  });
}

interface ItemProps {
  editor: Editor;
  command: MaskCommand;
  isOff: boolean;
}

function Item({ editor, command, isOff }: ItemProps) {
  const { title, run, fact } = command;
  const told = isOff ? null : (fact?.(editor) ?? null);
  return (
    <Menu.Item
      disabled={isOff}
      leftSection={ICONS[title]}
      rightSection={<KeyOf command={command} />}
      onClick={() => run(editor)}
    >
      {title}
      {told !== null && (
        <Text span size="xs" c="dimmed" ml={6}>
          {told}
        </Text>
      )}
    </Menu.Item>
  );
}

/** Drop specks of a size that the person says; it begins with the one that the command takes. */
function SpecksBelow({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const [below_px, setBelow] = useState(() => specksInHand(editor)?.below_px ?? 1);
  const drop = (event: FormEvent): void => {
    event.preventDefault();
    dropSpecksBelow(editor, below_px);
    onDone();
  };
  return (
    <form className={classes.specks} onSubmit={drop} onKeyDown={keepFromMenu}>
      <NumberInput
        size="xs"
        w={88}
        min={1}
        allowDecimal={false}
        suffix=" px"
        aria-label="Drop specks below, in pixels"
        value={below_px}
        onChange={(value) => setBelow(Number(value) || 1)}
      />
      <Button type="submit" size="compact-xs" variant="default">
        Drop smaller ones
      </Button>
    </form>
  );
}

/** A menu takes letters and arrows as a way to its items; Escape and Tab stay its own. */
function keepFromMenu(event: KeyboardEvent): void {
  if (event.key !== "Escape" && event.key !== "Tab") event.stopPropagation();
}
