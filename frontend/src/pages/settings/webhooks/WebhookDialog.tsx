import { Modal } from "@mantine/core";
import { type ComponentProps, useState } from "react";
import { WebhookForm } from "./WebhookForm";

interface Props extends ComponentProps<typeof WebhookForm> {
  opened: boolean;
}

/**
 * The form in a dialog, a new one at each opening: until a dialog has faded away it holds what it
 * held, and whoever opens it again in that time would go on with the last one's id and words.
 */
export function WebhookDialog({ opened, ...form }: Props) {
  const [wasOpened, setWasOpened] = useState(opened);
  const [opening, setOpening] = useState(0);
  if (opened !== wasOpened) {
    setWasOpened(opened);
    if (opened) setOpening(opening + 1);
  }
  const title = form.hook ? "Change the webhook" : "New webhook";
  return (
    <Modal opened={opened} onClose={form.onClose} title={title} size={480}>
      <WebhookForm key={opening} {...form} />
    </Modal>
  );
}
