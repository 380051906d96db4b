import { Button, Group, Progress, Stack, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { Command } from "@/commands/command";
import { useSignal } from "@/components/useSignal";
import { storageRoom } from "@/offline/storage-room";
import type { Whose } from "../provisions";
import { stock } from "./stock";
import { endWords, fillingWords, KEEP_NEXT, KEEPING } from "./stock-words";

const NOTICE = "stock"; // the id of what stands in the corner
const SHOWN_MS = 20_000;

/** Fill the stock, with its progress in a corner of every page, and say how it ended. */
export async function keepNext(whose: Whose): Promise<void> {
  if (stock.isUnderWay) return;
  notifications.hide(NOTICE);
  notifications.show({
    ...{ id: NOTICE, title: KEEPING, message: <FillingBar /> },
    ...{ autoClose: false, withCloseButton: false },
  });
  await stock.fill(whose);
  const filling = stock.filling.get();
  if (filling === null) return;
  const room = filling.end === "full" ? await storageRoom() : null;
  const isDone = filling.end === "done";
  notifications.update({
    ...{ id: NOTICE, title: null, message: endWords(filling, { reopens: pageReopens(), room }) },
    ...{ autoClose: isDone ? SHOWN_MS : false, withCloseButton: true },
    color: isDone ? "teal" : "orange",
  });
}

/** Each image that comes is seen, not said: the bar tells who listens. */
export function FillingBar() {
  const filling = useSignal(stock.filling);
  if (filling === null) return null;
  const share = filling.of === 0 ? 0 : (100 * filling.seen) / filling.of;
  return (
    <Stack gap={6}>
      <Progress value={share} size="sm" aria-label="Images kept on this device" />
      <Group justify="space-between" wrap="nowrap">
        <Text size="xs" c="dimmed" className="tabular" aria-hidden>
          {fillingWords(filling)}
        </Text>
        <Button size="compact-xs" variant="light" onClick={() => stock.stop()}>
          Stop
        </Button>
      </Group>
    </Stack>
  );
}

export function stockCommand(whose: Whose): Command {
  return {
    ...{ id: "work.stock", title: KEEP_NEXT, group: "Work" },
    what: `${KEEP_NEXT}, for a time without a network`,
    words: "offline travel train plane download ahead fetch stock",
    why: () => {
      if (whose.queue === "review") return "Reviewing takes a network.";
      return stock.isUnderWay ? "They are being fetched." : null;
    },
    run: () => void keepNext(whose),
  };
}

/** Whether there is a service worker, which answers for the page without a network. */
function pageReopens(): boolean {
  return "serviceWorker" in navigator && navigator.serviceWorker.controller !== null;
}
