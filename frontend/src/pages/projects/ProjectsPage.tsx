import { Button, Container, SimpleGrid, Skeleton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus, IconStack2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { projectsQuery } from "@/api/projects";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { PageHeader } from "@/components/PageHeader";
import { CreateProject } from "./CreateProject";
import { ProjectCard } from "./ProjectCard";
import { Trash } from "./Trash";

export function ProjectsPage() {
  const projects = useQuery(projectsQuery);
  const [creating, dialog] = useDisclosure(false);

  return (
    <Container size={1120} px="md" py="xl">
      <PageHeader
        title="Projects"
        description="Each project has its own images, labels, people and model."
      >
        {projects.data?.length !== 0 && (
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
      {projects.data?.length === 0 && (
        <Empty
          icon={<IconStack2 aria-hidden />}
          title="No project yet"
          description="Create one, or ask a manager to add you to theirs."
        >
          <Button onClick={dialog.open}>Create the first project</Button>
        </Empty>
      )}
      {projects.data && projects.data.length > 0 && (
        <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }}>
          {projects.data.map((project) => (
            <ProjectCard key={project.id} project={project} />
          ))}
        </SimpleGrid>
      )}
      <Trash />
      <CreateProject opened={creating} onClose={dialog.close} />
    </Container>
  );
}
