import { Anchor, Text } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { messageOf } from "@/api/problem";

interface Props {
  what: string;
  query: Pick<UseQueryResult, "error" | "refetch">;
}

/** One line in place of a figure that did not come: silence would read as nothing to tell. */
export function NotLoaded({ what, query: { error, refetch } }: Props) {
  return (
    <Text size="sm" c="dimmed" role="status" title={messageOf(error)}>
      {what} could not be loaded.{" "}
      <Anchor component="button" type="button" size="sm" onClick={() => void refetch()}>
        Try again
      </Anchor>
    </Text>
  );
}
