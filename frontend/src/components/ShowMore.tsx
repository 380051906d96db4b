import { Button, Center } from "@mantine/core";

interface Props {
  /** A list that comes page by page. */
  query: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  /** Below a table rather than at the end of a page. */
  isCompact?: boolean;
}

/** The button that fetches the next page of a list, while there is one. */
export function ShowMore({ query, isCompact = false }: Props) {
  if (!query.hasNextPage) return null;
  return (
    <Center mt={isCompact ? 0 : "lg"}>
      <Button
        size={isCompact ? "compact-sm" : "sm"}
        variant={isCompact ? "subtle" : "default"}
        onClick={() => query.fetchNextPage()}
        loading={query.isFetchingNextPage}
      >
        Show more
      </Button>
    </Center>
  );
}
