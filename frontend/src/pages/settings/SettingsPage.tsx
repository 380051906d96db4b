import { Alert, Container, Stack } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { projectQuery } from "@/api/projects";
import { useProjectId } from "@/app/ProjectLayout";
import { PageHeader } from "@/components/PageHeader";
import { AutoAcceptPolicy } from "@/pages/rounds/accepting/AutoAcceptPolicy";
import { RetrainPolicy } from "@/pages/rounds/RetrainPolicy";
import { Also } from "./Also";
import { DeleteProject } from "./DeleteProject";
import { General } from "./General";
import { KeepTogether } from "./KeepTogether";
import { Labels } from "./Labels";
import { Members } from "./Members";
import { NextImagePolicy } from "./NextImagePolicy";
import { Voice } from "./Voice";
import { Webhooks } from "./webhooks/Webhooks";

export function SettingsPage() {
  const { data: project } = useSuspenseQuery(projectQuery(useProjectId()));
  const isManager = project.role === "manager";

  return (
    <Container size={760} px="md" py="xl">
      <PageHeader title="Settings" />
      <Stack gap="lg">
        {!isManager && (
          <Alert color="gray">
            You are {project.role === "reviewer" ? "a reviewer" : "an annotator"} here. Managers of
            the project can change its settings.
          </Alert>
        )}
        <Labels project={project} />
        <Members project={project} />
        <Voice project={project} />
        {isManager && <General project={project} />}
        {isManager && <KeepTogether project={project} />}
        {isManager && <NextImagePolicy project={project} />}
        {isManager && <RetrainPolicy project={project} />}
        {isManager && <Also project={project} />}
        {isManager && <AutoAcceptPolicy project={project} />}
        {isManager && <Webhooks project={project} />}
        {isManager && <DeleteProject project={project} />}
      </Stack>
    </Container>
  );
}
