import { Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { shownNames, sortDrop } from "@/upload/names";

/**
 * Sends what was dropped. A folder with more than images in it waits for a word first: its
 * annotations mean something with their images alone, and are never sent one by one.
 */
export function sendDropped(files: readonly File[], send: (files: File[]) => void): void {
  const { images, others } = sortDrop(files);
  if (others.length === 0) {
    send(images);
    return;
  }
  modals.openConfirmModal({
    title: "This folder holds more than images",
    children: (
      <>
        <Text size="sm">
          Zip a dataset and drop the zip, so that images and annotations come in together.
        </Text>
        <Text size="sm" c="dimmed" mt="xs" style={{ overflowWrap: "anywhere" }}>
          No images: {shownNames(others)}.
        </Text>
      </>
    ),
    labels: { confirm: "Send only the images", cancel: "Send nothing" },
    confirmProps: { disabled: images.length === 0 },
    onConfirm: () => send(images),
  });
}
