import { Button, Container, SimpleGrid, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconStack2 } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { rowsOf } from "@/api/pages";
import { projectsQuery } from "@/api/projects";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { PageHeader } from "@/components/PageHeader";
import { ShowMore } from "@/components/ShowMore";
import { CreateProject } from "./CreateProject";
import { ProjectCard } from "./ProjectCard";
import { Trash } from "./Trash";

export function ProjectsPage() {
  const projects = useInfiniteQuery(projectsQuery);
  const shown = rowsOf(projects.data);
  const isNone = projects.isSuccess && shown.length === 0;
  const [creating, dialog] = useDisclosure(false);

  return (
    <Container size={1120} px="md" py="xl">
      <PageHeader
        title="Projects"
        description="Each project has its own images, labels, people and model."
      >
        {!isNone && (
          <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={dialog.open}>
            New project
          </Button>
        )}
      </PageHeader>
      {projects.isPending && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {[1, 2, 3].map((key) => (
            <Skeleton key={key} height={252} radius="lg" />
          ))}
        </SimpleGrid>
      )}
      {projects.error && <ErrorState error={projects.error} onRetry={() => projects.refetch()} />}
      {isNone && (
        <Empty
          icon={<IconStack2 aria-hidden />}
          title="No project yet"
          description="Create one, or ask a manager to add you to theirs."
        >
          <Button onClick={dialog.open}>Create the first project</Button>
        </Empty>
      )}
      {shown.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {shown.map((project) => (
            <ProjectCard key={project.id} project={project} />
          ))}
        </SimpleGrid>
      )}
      <ShowMore query={projects} />
      <Trash />
      <CreateProject opened={creating} onClose={dialog.close} />
    </Container>
  );
}
