import {
  Button,
  Center,
  Container,
  Group,
  SegmentedControl,
  SimpleGrid,
  Skeleton,
  TextInput,
} from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconPhotoPlus, IconPhotoSearch, IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { imagesQuery } from "@/api/images";
import { projectQuery } from "@/api/projects";
import type { ImageStatus } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { formatCount } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { PageHeader } from "@/components/PageHeader";
import { ImageCard } from "./ImageCard";

const FROM = "/inside/projects/$projectId/images";

export function ImagesPage() {
  const id = useProjectId();
  const navigate = useNavigate({ from: "/projects/$projectId/images" });
  const filter = useSearch({ from: FROM });
  const { data: project } = useSuspenseQuery(projectQuery(id));
  const images = useInfiniteQuery(imagesQuery(id, filter));
  const rows = images.data?.pages.flatMap((page) => page.results) ?? [];
  const { counts } = project;

  const setSearch = useDebouncedCallback((search: string) => {
    void navigate({ search: (old) => ({ ...old, search: search || undefined }), replace: true });
  }, 250);

  return (
    <Container size={1440} px="md" py="xl">
      <PageHeader title="Images">
        <ButtonLink to="/projects/$projectId/annotate" params={{ projectId: String(id) }}>
          Annotate the next one
        </ButtonLink>
      </PageHeader>
      <Group justify="space-between" mb="md" gap="sm">
        <SegmentedControl
          size="xs"
          aria-label="Status"
          value={filter.status ?? "all"}
          onChange={(status) =>
            navigate({
              search: (old) => ({
                ...old,
                status: status === "all" ? undefined : (status as ImageStatus),
              }),
            })
          }
          data={[
            { value: "all", label: `All ${formatCount(counts.images)}` },
            { value: "todo", label: `To do ${formatCount(counts.todo)}` },
            { value: "done", label: `Done ${formatCount(counts.done)}` },
            { value: "returned", label: `Returned ${formatCount(counts.returned)}` },
            { value: "reviewed", label: `Reviewed ${formatCount(counts.reviewed)}` },
          ]}
        />
        <TextInput
          size="xs"
          w={240}
          aria-label="Search by file name"
          placeholder="Search by file name"
          leftSection={<IconSearch size={14} aria-hidden />}
          defaultValue={filter.search ?? ""}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      </Group>
      {images.error && <ErrorState error={images.error} onRetry={() => images.refetch()} />}
      {images.data && rows.length === 0 && (
        <Nothing project={id} isFiltered={Boolean(filter.status || filter.search)} />
      )}
      <SimpleGrid cols={{ base: 2, xs: 3, sm: 4, lg: 6 }} spacing="sm">
        {images.isPending &&
          Array.from({ length: 12 }, (_, key) => key).map((key) => (
            <Skeleton key={key} height={190} radius="lg" />
          ))}
        {rows.map((image) => (
          <ImageCard key={image.id} image={image} project={project} />
        ))}
      </SimpleGrid>
      {images.hasNextPage && (
        <Center mt="lg">
          <Button
            variant="default"
            onClick={() => images.fetchNextPage()}
            loading={images.isFetchingNextPage}
          >
            Show more
          </Button>
        </Center>
      )}
    </Container>
  );
}

function Nothing({ project, isFiltered }: { project: number; isFiltered: boolean }) {
  const params = { projectId: String(project) };
  if (isFiltered)
    return (
      <Empty
        icon={<IconPhotoSearch aria-hidden />}
        title="No image matches"
        description="Try another status or a shorter file name."
      >
        <ButtonLink to="/projects/$projectId/images" params={params} variant="default">
          Show all images
        </ButtonLink>
      </Empty>
    );
  return (
    <Empty
      icon={<IconPhotoPlus aria-hidden />}
      title="No images yet"
      description="Import files or a zip on the overview page."
    >
      <ButtonLink to="/projects/$projectId" params={params} hash="import">
        Import images
      </ButtonLink>
    </Empty>
  );
}
