import {
  Anchor,
  Button,
  Group,
  Modal,
  Stack,
  Text,
  Tooltip,
  UnstyledButton,
  VisuallyHidden,
} from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudOff,
  IconDeviceFloppy,
} from "@tabler/icons-react";
import { type ReactNode, useMemo } from "react";
import type { Command } from "@/commands/command";
import { useOffer } from "@/commands/useOffer";
import { plural } from "@/components/format";
import { saveFile } from "@/components/saveFile";
import { useRead, useSignal } from "@/components/useSignal";
import type { OutboxStatus } from "@/editor/outbox";
import type { Signal } from "@/editor/signal";
import classes from "./AnnotatePage.module.css";
import { Receipts } from "./receipts/Receipts";

/** What is being saved: one image, or several. */
export interface Saving {
  readonly status: Signal<OutboxStatus>;
  readonly outbox: { discardRefused(): Promise<void> };
}

interface Props {
  saving: Saving;
  /** The image in view; null where a page works on many. */
  image: number | null;
  /** How long the person has worked on it. */
  spent_s?: () => number;
  /** What was taken along for a time without a network, where one can. */
  stock?: ReactNode;
}

/**
 * Two states: saved on this device, saved. And loud words for what is neither.
 *
 * A change passes through all of its states, so only what shows them is rendered for each.
 */
export function SaveIndicator({ saving, image, spent_s, stock }: Props) {
  const { status } = saving;
  const [hasReceipts, receipts] = useDisclosure(false);
  const { open } = receipts;
  useOffer(useMemo(() => ({ commands: [receiptsCommand(open)] }), [open]));
  return (
    <>
      <Tooltip label={<Why status={status} />} multiline maw={280}>
        <UnstyledButton className={classes.save} aria-haspopup="dialog" onClick={open}>
          <State status={status} />
        </UnstyledButton>
      </Tooltip>
      <VisuallyHidden role="status">
        <Words status={status} />
      </VisuallyHidden>
      <Receipts
        {...{ status, image, spent_s, stock }}
        isOpen={hasReceipts}
        onClose={receipts.close}
      />
      <Refused saving={saving} />
    </>
  );
}

interface Shown {
  status: Signal<OutboxStatus>;
}

function State(shown: Shown) {
  const status = useSignal(shown.status);
  const { icon, text } = describeSaving(status);
  return (
    <span className={classes.saveState} data-save-state={status.state}>
      {icon}
      {text}
    </span>
  );
}

function Words({ status }: Shown) {
  return describeSaving(useSignal(status)).text;
}

function Why({ status }: Shown) {
  return `${describeSaving(useSignal(status)).why} Click for the receipts.`;
}

function receiptsCommand(open: () => void): Command {
  return {
    ...{ id: "work.receipts", title: "Receipts", group: "Work", run: open },
    what: "Receipts: what was saved when",
    words: "save saved lost proof log sent server answers",
  };
}

/** What the server will not have, and why; nothing while there is no such thing. */
function Refused({ saving }: { saving: Saving }) {
  const [isOpen, { open, close }] = useDisclosure(false);
  useRead(saving.status, (status) => status.refused.length);
  const { refused } = saving.status.get();
  return (
    <>
      {refused.length > 0 && (
        <Anchor component="button" size="xs" c="orange" onClick={open}>
          {plural(refused.length, "change")} refused
        </Anchor>
      )}
      <Modal opened={isOpen} onClose={close} title="The server refused some changes">
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            They are kept on this device. What they were about was changed or removed by somebody
            else, or the server found an error in them.
          </Text>
          {refused.map(({ operation, reason }) => (
            <Text key={operation.id} size="sm">
              <b>{operation.kind}</b>: {reason}
            </Text>
          ))}
          <Group justify="flex-end">
            <Button
              variant="default"
              onClick={() => saveFile("refused-changes.json", JSON.stringify(refused, null, 2))}
            >
              Download them
            </Button>
            <Button color="red" onClick={() => void saving.outbox.discardRefused().then(close)}>
              Discard them
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

const SIZE = 15;

/** Where the work is: a sign, its name, and what that means. */
export function describeSaving({ state, hindrance, waiting }: OutboxStatus) {
  if (state === "saved") {
    const why = "The server has everything.";
    return { icon: <IconCloudCheck size={SIZE} aria-hidden />, text: "Saved", why };
  }
  if (state === "unprotected") {
    return {
      icon: <IconAlertTriangle size={SIZE} color="var(--mantine-color-red-6)" aria-hidden />,
      text: "Not saved on this device",
      why: "This browser could not store your work (is the disk full?). Keep this page open until it says Saved.",
    };
  }
  if (state === "writing") {
    const why = "On the way to this device's disk.";
    return { icon: <IconDeviceFloppy size={SIZE} aria-hidden />, text: "Saving…", why };
  }
  const sent = `${plural(waiting, "change")} will be sent as soon as`;
  const safe = "Closing this page loses nothing.";
  if (hindrance === "gone") {
    const why = `${sent} the project is back or yours again: ask its manager. ${safe}`;
    const icon = <IconCloudOff size={SIZE} aria-hidden />;
    return { icon, text: "Saved on this device · project gone", why };
  }
  const why = `${sent} the server answers. ${safe}`;
  const isOffline = hindrance === "offline";
  const icon = isOffline ? (
    <IconCloudOff size={SIZE} aria-hidden />
  ) : (
    <IconDeviceFloppy size={SIZE} aria-hidden />
  );
  return { icon, text: isOffline ? "Saved on this device · offline" : "Saved on this device", why };
}
