import { notifications } from "@mantine/notifications";
import { messageOf } from "@/api/problem";

/**
 * Say what went wrong, over the image that one looks at, but not again while it is still to be
 * read: clicks come fast.
 */
export function tellOnce(error: unknown): void {
  const message = messageOf(error);
  notifications.show({
    ...{ id: message, message, color: "orange" },
    ...{ position: "top-center", autoClose: 6000 },
  });
}
