import { Button } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { messageOf } from "@/api/problem";
import { Empty } from "./Empty";

interface Props {
  title?: string;
  error: unknown;
  onRetry?: () => void;
}

/** A part of a page that could not be shown, with the reason and the way out. */
export function ErrorState({ title = "This could not be loaded", error, onRetry }: Props) {
  return (
    <Empty
      role="alert"
      icon={<IconPlugConnectedX aria-hidden />}
      title={title}
      description={messageOf(error)}
    >
      {onRetry && (
        <Button variant="default" onClick={onRetry}>
          Try again
        </Button>
      )}
    </Empty>
  );
}
