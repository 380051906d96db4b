import { ActionIcon, Menu, TextInput, Tooltip } from "@mantine/core";
import { IconArrowsSort, IconCheck, IconSearch, IconX } from "@tabler/icons-react";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import { ORDERS } from "./list-commands";

/** Which objects are listed, and in which order. It never changes what is on the image. */
export function ListControls({ editor }: { editor: Editor }) {
  const list = useSignal(editor.view.list);
  const set = (change: Partial<typeof list>): void => editor.view.list.set({ ...list, ...change });
  return (
    <>
      <TextInput
        flex={1}
        size="xs"
        placeholder="Label or author"
        aria-label="Filter the objects"
        value={list.text}
        leftSection={<IconSearch size={14} aria-hidden />}
        rightSection={
          list.text === "" ? null : (
            <ActionIcon size="xs" aria-label="Clear the filter" onClick={() => set({ text: "" })}>
              <IconX size={12} aria-hidden />
            </ActionIcon>
          )
        }
        onChange={({ currentTarget }) => set({ text: currentTarget.value })}
      />
      <Menu position="bottom-end" width={190}>
        <Menu.Target>
          <ActionIcon size="md" aria-label="Order of the objects">
            <Tooltip label="Order" position="left">
              <IconArrowsSort size={15} aria-hidden />
            </Tooltip>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {ORDERS.map(({ order, title }) => (
            <Menu.Item
              key={order}
              aria-checked={list.order === order}
              role="menuitemradio"
              rightSection={list.order === order ? <IconCheck size={14} aria-hidden /> : null}
              onClick={() => set({ order })}
            >
              {title}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}
