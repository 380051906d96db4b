import { notifications } from "@mantine/notifications";
import { messageOf } from "@/api/problem";

/** Say what went wrong, but not again while it is still to be read: clicks come fast. */
export function tellOnce(error: unknown): void {
  const message = messageOf(error);
  notifications.show({ id: message, color: "orange", message, autoClose: 6000 });
}
