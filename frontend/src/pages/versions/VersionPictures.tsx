import { Box, SegmentedControl, SimpleGrid, Skeleton, Text } from "@mantine/core";
import { IconPhoto } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import type { FrozenPicture, Project, Version } from "@/api/types";
import { versionPicturesQuery } from "@/api/versions";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { drawOutlines } from "@/components/pictures/crop";
import { PictureCard } from "@/components/pictures/PictureCard";
import { Pictures } from "@/components/pictures/pictures";
import { ShowMore } from "@/components/ShowMore";
import { splitsShown } from "./exportChoice";
import { ALL, frozenOutlines, labelsWords, splitOf } from "./pictureWords";

interface Props {
  version: Version;
  project: Project;
}

/** The images of a version with their masks as they were then; more of them on demand. */
export function VersionPictures({ version, project }: Props) {
  const [pictures] = useState(() => new Pictures());
  const [shown, show] = useState(ALL);
  const found = useInfiniteQuery(versionPicturesQuery(version.id, splitOf(shown)));
  const rows = found.data?.pages.flatMap((page) => page.results) ?? [];
  const splits = splitsShown(version.counts, project.role);
  const isBlank = version.counts.images === 0;
  return (
    <Box component="section" aria-label="Pictures" mt="md">
      {splits.length > 1 && (
        <SegmentedControl
          size="xs"
          mb="sm"
          aria-label="Pictures of which split"
          data={[ALL, ...splits]}
          value={shown}
          onChange={show}
        />
      )}
      {found.error && <ErrorState error={found.error} onRetry={() => found.refetch()} />}
      {found.data && rows.length === 0 && (
        <Empty
          icon={<IconPhoto aria-hidden />}
          title={isBlank ? "This version holds no image" : "No image was finished"}
          description={
            isBlank
              ? "Nothing was annotated when it was cut."
              : "Reviewers and managers see those that were begun."
          }
        />
      )}
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3, lg: 4 }} spacing="sm">
        {found.isPending &&
          Array.from({ length: 4 }, (_, key) => key).map((key) => (
            <Skeleton key={key} height={220} radius="md" />
          ))}
        {rows.map((row) => (
          <Frozen key={row.sha256} row={row} pictures={pictures} project={project} />
        ))}
      </SimpleGrid>
      <ShowMore query={found} />
    </Box>
  );
}

interface FrozenProps {
  row: FrozenPicture;
  pictures: Pictures;
  project: Project;
}

function Frozen({ row, pictures, project }: FrozenProps) {
  const { image, file_name, masks, split } = row;
  const draw = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) =>
      drawOutlines(canvas, bitmap, null, frozenOutlines(masks, project.labels)),
    [masks, project.labels],
  );
  return (
    <PictureCard
      image={image}
      fileName={file_name}
      project={project.id}
      pictures={pictures}
      label={`Masks on ${file_name}`}
      draw={draw}
    >
      <Text size="xs" c="dimmed" className="tabular">
        {split} · {labelsWords(masks)}
      </Text>
    </PictureCard>
  );
}
