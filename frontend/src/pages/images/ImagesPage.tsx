import { Container, SimpleGrid, Skeleton } from "@mantine/core";
import { IconPhotoPlus, IconPhotoSearch, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { type ImageFilter, imagesQuery } from "@/api/images";
import { projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { ButtonLink } from "@/components/links";
import { PageHeader } from "@/components/PageHeader";
import { ShowMore } from "@/components/ShowMore";
import { Filters } from "./Filters";
import { ImageCard } from "./ImageCard";
import { TrashedCard } from "./TrashedCard";

const FROM = "/inside/projects/$projectId/images";

export function ImagesPage() {
  const id = useProjectId();
  const filter = useSearch({ from: FROM });
  const { data: project } = useSuspenseQuery(projectQuery(id));
  const images = useInfiniteQuery(imagesQuery(id, filter));
  const rows = images.data?.pages.flatMap((page) => page.results) ?? [];

  return (
    <Container size={1240} px="md" py="xl">
      <PageHeader title="Images">
        {project.counts.images > 0 && project.role === "manager" && (
          <ButtonLink
            to="/projects/$projectId"
            params={{ projectId: String(id) }}
            hash="import"
            variant="default"
          >
            Import images
          </ButtonLink>
        )}
        {project.counts.images > 0 && (
          <ButtonLink to="/projects/$projectId/annotate" params={{ projectId: String(id) }}>
            Annotate the next one
          </ButtonLink>
        )}
      </PageHeader>
      <Filters project={project} filter={filter} />
      {images.error && <ErrorState error={images.error} onRetry={() => images.refetch()} />}
      {images.data && rows.length === 0 && <Nothing project={project} filter={filter} />}
      <SimpleGrid cols={{ base: 2, xs: 3, sm: 4, lg: 6 }} spacing="sm">
        {images.isPending &&
          Array.from({ length: 12 }, (_, key) => key).map((key) => (
            <Skeleton key={key} height={190} radius="lg" />
          ))}
        {rows.map((image) =>
          image.deleted_at ? (
            <TrashedCard key={image.id} image={image} project={id} />
          ) : (
            <ImageCard key={image.id} image={image} project={project} />
          ),
        )}
      </SimpleGrid>
      <ShowMore query={images} />
    </Container>
  );
}

function Nothing({ project, filter }: { project: Project; filter: ImageFilter }) {
  const params = { projectId: String(project.id) };
  const isManager = project.role === "manager";
  if (filter.trash && !filter.search)
    return (
      <Empty
        icon={<IconTrash aria-hidden />}
        title="The trash is empty"
        description="Deleted images wait here for 30 days, with everything on them."
      />
    );
  if (filter.status || filter.search)
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
      description={
        isManager
          ? "Import files or a zip on the overview page."
          : "A manager of this project imports them; they appear here by themselves."
      }
    >
      {isManager && (
        <ButtonLink to="/projects/$projectId" params={params} hash="import">
          Import images
        </ButtonLink>
      )}
    </Empty>
  );
}
