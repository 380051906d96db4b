import { IconArrowRight } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { imagesQuery } from "@/api/images";
import { ButtonLink } from "@/components/links";

/** On to the image that follows in the list of images, as far as that list is known. */
export function NextImage({ project, image }: { project: number; image: number }) {
  const images = useInfiniteQuery(imagesQuery(project, {}));
  const rows = images.data?.pages.flatMap((page) => page.results) ?? [];
  const index = rows.findIndex(({ id }) => id === image);
  const next = index === -1 ? undefined : rows[index + 1];
  const isAtPageEnd = index !== -1 && next === undefined;
  const { hasNextPage, isFetching, fetchNextPage } = images;

  useEffect(() => {
    if (isAtPageEnd && hasNextPage && !isFetching) void fetchNextPage();
  }, [isAtPageEnd, hasNextPage, isFetching, fetchNextPage]);

  if (next === undefined) return null;
  return (
    <ButtonLink
      to="/projects/$projectId/images/$imageId/describe"
      params={{ projectId: String(project), imageId: String(next.id) }}
      variant="default"
      size="compact-sm"
      title={next.file_name}
      rightSection={<IconArrowRight size={15} aria-hidden />}
    >
      Next image
    </ButtonLink>
  );
}
