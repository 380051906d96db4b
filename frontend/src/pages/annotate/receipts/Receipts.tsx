import { Button, Drawer, Group, SegmentedControl, Text } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCopy, IconDownload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useMemo, useState } from "react";
import { sessionQuery } from "@/api/session";
import { formatCount, formatDuration } from "@/components/format";
import { saveFile } from "@/components/saveFile";
import { useSignal } from "@/components/useSignal";
import type { OutboxStatus } from "@/editor/outbox";
import { RECEIPTS_KEPT } from "@/editor/receipts";
import type { Signal } from "@/editor/signal";
import { VirtualList } from "../VirtualList";
import { type Entry, fileOf } from "./entries";
import { ReceiptRow } from "./ReceiptRow";
import classes from "./Receipts.module.css";
import { useEntries } from "./useEntries";

interface Props {
  status: Signal<OutboxStatus>;
  /** The image in view; null where a page works on many. */
  image: number | null;
  /** How long the person has worked on it. */
  spent_s?: () => number;
  /** What else is on this device. */
  stock?: ReactNode;
  isOpen: boolean;
  onClose: () => void;
}

/** What was saved when, so that a loss can be proved or refuted. */
export function Receipts({ isOpen, onClose, ...props }: Props) {
  return (
    <Drawer
      opened={isOpen}
      onClose={onClose}
      position="right"
      size={420}
      title="Receipts"
      classNames={{ content: classes.drawer, body: classes.body, title: classes.title }}
      overlayProps={{ backgroundOpacity: 0.2 }}
    >
      <Content {...props} />
    </Drawer>
  );
}

/** Only there while the drawer is open: that is when the receipts are read. */
function Content({ status: signal, image, spent_s, stock }: Omit<Props, "isOpen" | "onClose">) {
  const status = useSignal(signal);
  const user = useQuery(sessionQuery).data?.user;
  const all = useEntries(user?.id ?? 0, status);
  const [reach, setReach] = useState<"image" | "all">(image === null ? "all" : "image");
  const entries = useMemo(
    () => (all ?? []).filter((entry) => reach === "all" || entry.image === image),
    [all, reach, image],
  );
  const [spent] = useState(spent_s); // as of when it was opened
  const clipboard = useClipboard();
  const text = (): string => fileOf(entries, user?.username ?? "");
  return (
    <>
      <div className={classes.head}>
        <Text size="xs" c="dimmed">
          Every change made on this device and what the server answered; the last{" "}
          {formatCount(RECEIPTS_KEPT)} are kept.
        </Text>
        {spent !== undefined && (
          <Text size="sm" className="tabular">
            {formatDuration(spent)} on this image
          </Text>
        )}
        {status.state === "unprotected" && (
          <Text size="xs" c="red" role="alert">
            This browser could not store the newest changes: only the open page holds them.
          </Text>
        )}
        <Group gap={6} wrap="nowrap">
          {image !== null && (
            <SegmentedControl
              size="xs"
              aria-label="Of which images"
              value={reach}
              data={[
                { value: "image", label: "This image" },
                { value: "all", label: "All images" },
              ]}
              onChange={(value) => setReach(value as typeof reach)}
            />
          )}
          <Button
            size="xs"
            variant="default"
            ml="auto"
            disabled={entries.length === 0}
            leftSection={<IconCopy size={14} aria-hidden />}
            onClick={() => clipboard.copy(text())}
          >
            {clipboard.copied ? "Copied" : "Copy"}
          </Button>
          <Button
            size="xs"
            variant="default"
            disabled={entries.length === 0}
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={() => saveFile("receipts.json", text())}
          >
            JSON
          </Button>
        </Group>
      </div>
      {stock}
      <Rows entries={entries} isRead={all !== null} hasImages={reach === "all"} />
    </>
  );
}

interface RowsProps {
  entries: readonly Entry[];
  isRead: boolean;
  hasImages: boolean;
}

function Rows({ entries, isRead, hasImages }: RowsProps) {
  if (isRead && entries.length === 0) {
    return (
      <Text size="sm" c="dimmed" px={16} py={12}>
        Nothing has been changed here on this device yet.
      </Text>
    );
  }
  return (
    <VirtualList items={entries} rowHeight_px={48} label="Receipts" focused={-1} tabIndex={0}>
      {(entry) => <ReceiptRow entry={entry} hasImage={hasImages} />}
    </VirtualList>
  );
}
