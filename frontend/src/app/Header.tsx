import { Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { projectQuery } from "@/api/projects";
import { AccountMenu } from "./AccountMenu";
import { PaletteButton } from "./PaletteButton";
import { ProjectTabs } from "./ProjectTabs";
import { SchemeToggle } from "./SchemeToggle";
import classes from "./Shell.module.css";

export function Header() {
  const { projectId } = useParams({ strict: false });
  const id = Number(projectId);
  const project = useQuery({ ...projectQuery(id), enabled: projectId !== undefined });

  return (
    <Group h="100%" px="md" gap="sm" wrap="nowrap" justify="space-between">
      <Group gap="sm" wrap="nowrap" miw={0}>
        <Link to="/projects" className={classes.brand} aria-label="Anneal, all projects">
          <Mark />
          <Text span inherit visibleFrom="sm">
            Anneal
          </Text>
        </Link>
        {project.data && projectId && (
          <>
            <Text span className={classes.slash} aria-hidden>
              /
            </Text>
            <Link
              to="/projects/$projectId"
              params={{ projectId }}
              className={classes.project}
              title={project.data.name}
            >
              {project.data.name}
            </Link>
            <ProjectTabs projectId={projectId} />
          </>
        )}
      </Group>
      <Group gap={4} wrap="nowrap">
        <PaletteButton />
        <SchemeToggle />
        <AccountMenu />
      </Group>
    </Group>
  );
}

export function Mark({ size = 22 }: { size?: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
      <path
        d="M7 22.5 13.2 9.6a3 3 0 0 1 5.5.2L25 22.5"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
      <circle cx="16" cy="20.5" r="3.1" fill="#fff" />
    </svg>
  );
}
