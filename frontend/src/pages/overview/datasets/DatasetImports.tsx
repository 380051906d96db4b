import { Button, Center, Stack, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { datasetImportsQuery, isAtWork, isOfSentImages } from "@/api/datasetImports";
import { ErrorState } from "@/components/ErrorState";
import { DatasetImportCard } from "./DatasetImportCard";

const LIVE_MS = 1500;
const IDLE_MS = 5000;
/** Drops of images are many, and their files are listed below: these few have their undo at hand. */
const NEWEST_IMAGES = 3;

/** Datasets of other tools and images that were dropped in: what became of them, to be undone. */
export function DatasetImports({ project }: { project: number }) {
  const [isWhole, setIsWhole] = useState(false);
  const imports = useInfiniteQuery({
    ...datasetImportsQuery(project),
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.results.some(isAtWork)) ? LIVE_MS : IDLE_MS,
  });
  const all = imports.data?.pages.flatMap((page) => page.results) ?? [];
  const shown = all.filter(({ state }) => state !== "discarded");
  const folded = isWhole ? [] : shown.filter(isOfSentImages).slice(NEWEST_IMAGES);

  if (imports.error) return <ErrorState error={imports.error} onRetry={() => imports.refetch()} />;
  if (shown.length === 0) return null;
  return (
    <Stack mt="md" gap="xs">
      <Text size="sm" fw={550}>
        Datasets and images
      </Text>
      {shown
        .filter((item) => !folded.includes(item))
        .map((item) => (
          <DatasetImportCard key={item.id} item={item} project={project} />
        ))}
      {(folded.length > 0 || imports.hasNextPage) && (
        <Center>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => (folded.length > 0 ? setIsWhole(true) : imports.fetchNextPage())}
            loading={imports.isFetchingNextPage}
          >
            Show older imports
          </Button>
        </Center>
      )}
    </Stack>
  );
}
