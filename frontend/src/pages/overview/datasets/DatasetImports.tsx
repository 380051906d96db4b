import { Button, Center, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { datasetImportsQuery, isAtWork } from "@/api/datasetImports";
import { ErrorState } from "@/components/ErrorState";
import { DatasetImportCard } from "./DatasetImportCard";

const LIVE_MS = 1500;
const IDLE_MS = 5000;

/** Datasets of other tools that were dropped in: what is in them, and what became of them. */
export function DatasetImports({ project }: { project: number }) {
  const imports = useInfiniteQuery({
    ...datasetImportsQuery(project),
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.results.some(isAtWork)) ? LIVE_MS : IDLE_MS,
  });
  const all = imports.data?.pages.flatMap((page) => page.results) ?? [];
  const shown = all.filter(({ state }) => state !== "discarded");

  if (imports.error) return <ErrorState error={imports.error} onRetry={() => imports.refetch()} />;
  if (shown.length === 0) return null;
  return (
    <Stack mt="md" gap="xs">
      <Text size="sm" fw={550}>
        Datasets
      </Text>
      {shown.map((item) => (
        <DatasetImportCard key={item.id} item={item} project={project} />
      ))}
      {imports.hasNextPage && (
        <Center>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => imports.fetchNextPage()}
            loading={imports.isFetchingNextPage}
          >
            Show older datasets
          </Button>
        </Center>
      )}
    </Stack>
  );
}
