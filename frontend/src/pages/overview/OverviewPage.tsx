import { Container, Grid, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { projectQuery } from "@/api/projects";
import { useProjectId } from "@/app/ProjectLayout";
import { PageHeader } from "@/components/PageHeader";
import { Counts } from "./Counts";
import { Import } from "./Import";
import { Jobs } from "./Jobs";
import { NextStep } from "./NextStep";
import { Queues } from "./Queues";
import { ServingModel } from "./ServingModel";

export function OverviewPage() {
  const { data: project } = useSuspenseQuery(projectQuery(useProjectId()));

  return (
    <Container size={1240} px="md" py="xl">
      <PageHeader title={project.name} description={project.description} />
      <Stack gap="lg">
        <NextStep project={project} />
        <Queues project={project} />
        <Counts project={project} />
        <Grid gap="lg">
          {project.role === "manager" && (
            <Grid.Col span={{ base: 12, md: 7 }}>
              <Import project={project} />
            </Grid.Col>
          )}
          <Grid.Col span={{ base: 12, md: project.role === "manager" ? 5 : 12 }}>
            <Stack gap="lg">
              <Jobs project={project} />
              <ServingModel project={project} />
            </Stack>
          </Grid.Col>
        </Grid>
      </Stack>
    </Container>
  );
}
