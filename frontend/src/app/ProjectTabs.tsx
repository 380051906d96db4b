import { ActionIcon, Group, Menu } from "@mantine/core";
import { IconMenu2 } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { projectQuery } from "@/api/projects";
import type { Project } from "@/api/types";
import { MenuLink } from "@/components/links";
import classes from "./Shell.module.css";

const TABS = [
  { label: "Overview", to: "/projects/$projectId", exact: true },
  { label: "Images", to: "/projects/$projectId/images", exact: false },
  { label: "Verify", to: "/projects/$projectId/verify", exact: false },
  { label: "Annotate", to: "/projects/$projectId/annotate", exact: false },
  { label: "Rounds", to: "/projects/$projectId/rounds", exact: false },
  { label: "Versions", to: "/projects/$projectId/versions", exact: false },
  { label: "Settings", to: "/projects/$projectId/settings", exact: false },
] as const;

/** The pages of a project: in a row, or in a menu where there is no room. */
export function ProjectTabs({ projectId }: { projectId: string }) {
  const { data: project } = useQuery(projectQuery(Number(projectId)));
  const tabs = tabsOf(project);
  return (
    <>
      <Group component="nav" aria-label="Project" gap={2} ml="xs" wrap="nowrap" visibleFrom="md">
        {tabs.map(({ label, to, exact }) => (
          <Link
            key={label}
            to={to}
            params={{ projectId }}
            activeOptions={{ exact, includeSearch: false }}
            className={classes.tab}
          >
            {label}
          </Link>
        ))}
      </Group>
      <Menu position="bottom-start">
        <Menu.Target>
          <ActionIcon hiddenFrom="md" aria-label="Pages of this project">
            <IconMenu2 size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {tabs.map(({ label, to }) => (
            <MenuLink key={label} to={to} params={{ projectId }}>
              {label}
            </MenuLink>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Only where the plan has queues is there one to verify. */
export function tabsOf(project: Pick<Project, "plan"> | undefined) {
  return TABS.filter(({ label }) => label !== "Verify" || project?.plan === "queues");
}
