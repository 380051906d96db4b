import { Outlet, useParams } from "@tanstack/react-router";
import { useProjectEvents } from "@/api/events";

/** What every page of a project has: its live events. */
export function ProjectLayout() {
  const { projectId } = useParams({ from: "/inside/projects/$projectId" });
  useProjectEvents(Number(projectId));
  return <Outlet />;
}

export function useProjectId(): number {
  return Number(useParams({ from: "/inside/projects/$projectId" }).projectId);
}
