import { Container } from "@mantine/core";
import { IconConfetti, IconPhotoPlus } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Project } from "@/api/types";
import { Empty } from "@/components/Empty";
import { ButtonLink } from "@/components/links";

/** The queue is empty: why, and where to go. */
export function NothingLeft({ project }: { project: Project }) {
  const { queue } = useSearch({ from: "/inside/projects/$projectId/annotate" });
  const params = { projectId: String(project.id) };
  const isManager = project.role === "manager";
  const hasImages = project.counts.images > 0;
  if (queue !== undefined && hasImages) {
    return (
      <Frame
        title={`Nothing is left to ${queue}`}
        description={
          queue === "review"
            ? "Images come here as others finish them. The overview counts them."
            : "Images come here as their proposals are verified. The overview counts them."
        }
      >
        <ButtonLink to="/projects/$projectId" params={params}>
          Overview
        </ButtonLink>
      </Frame>
    );
  }
  if (hasImages) {
    return (
      <Frame
        title="Nothing is left to annotate"
        description="Every image is finished, or somebody is working on it."
      >
        <ButtonLink to="/projects/$projectId/images" params={params}>
          All images
        </ButtonLink>
      </Frame>
    );
  }
  return (
    <Frame
      icon={<IconPhotoPlus size={22} aria-hidden />}
      title="This project has no images yet"
      description={
        isManager
          ? "Import some, and they come here one after another."
          : "A manager imports them; then they come here one after another."
      }
    >
      <ButtonLink to="/projects/$projectId" params={params}>
        {isManager ? "Import images" : "Overview"}
      </ButtonLink>
    </Frame>
  );
}

interface FrameProps {
  icon?: ReactNode;
  title: string;
  description: string;
  children: ReactNode;
}

function Frame({ icon = <IconConfetti size={22} aria-hidden />, ...props }: FrameProps) {
  return (
    <Container size="sm" py={96}>
      <Empty icon={icon} {...props} />
    </Container>
  );
}
