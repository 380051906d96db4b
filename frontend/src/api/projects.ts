import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { readAll } from "./pages";
import type { components } from "./schema";
import type { Project, Role } from "./types";

const project = (project_id: number) => ({ params: { path: { project_id } } });
const label = (label_id: number) => ({ params: { path: { label_id } } });

const readProjects = (query: { cursor: string | undefined; trash?: boolean }) =>
  read(client.GET("/api/projects", { params: { query } }));

/** Page by page. */
export const projectsQuery = infiniteQueryOptions({
  queryKey: ["projects"],
  initialPageParam: undefined as string | undefined,
  queryFn: ({ pageParam: cursor }) => readProjects({ cursor }),
  getNextPageParam: (page) => page.next,
});

export const allProjectsQuery = queryOptions({
  queryKey: ["projects", "all"],
  queryFn: () => readAll((cursor) => readProjects({ cursor })),
});

/** Deleted projects that can still be restored. */
export const trashedProjectsQuery = queryOptions({
  queryKey: ["projects", "trash"],
  queryFn: () => readAll((cursor) => readProjects({ cursor, trash: true })),
});

export const projectQuery = (id: number) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: () => read(client.GET("/api/projects/{project_id}", project(id))),
  });

export interface NewProject {
  name: string;
  description: string;
  labels: { name: string; color: string }[];
  overlap: number;
  overlap_share: number;
  holdout_share: number;
}

export function createProject(body: NewProject) {
  return read(client.POST("/api/projects", { body }));
}

export interface ProjectChange {
  plan?: Project["plan"];
  next_by?: Project["next_by"];
  listeners?: Project["listeners"];
  /** Null: voices are kept. */
  voice_days?: number | null;
  name?: string;
  description?: string;
  overlap?: number;
  overlap_share?: number;
  holdout_share?: number;
  holdout_people?: number;
  caption_control_share?: number;
  without_proposals_share?: number;
  previous_bundle_share?: number;
  candidate_bundle_share?: number;
  retrain_after_images?: number | null;
  retrain_every_hours?: number | null;
  /** People's seconds that a minute of the machine is worth. */
  retrain_at_price?: number | null;
  /** Null: people decide on every proposal. */
  auto_accept_precision?: number | null;
}

export function changeProject(id: number, body: ProjectChange) {
  return read(client.PATCH("/api/projects/{project_id}", { ...project(id), body }));
}

/** Of what a form would set, what its person changed: the rest is as others left it meanwhile. */
export function changesOf<T extends ProjectChange>(now: T, before: T): ProjectChange {
  const names = Object.keys(now) as (keyof T)[];
  return Object.fromEntries(
    names.filter((name) => now[name] !== before[name]).map((name) => [name, now[name]]),
  );
}

export function deleteProject(id: number) {
  return read(client.DELETE("/api/projects/{project_id}", project(id)));
}

export function restoreProject(id: number) {
  return read(client.POST("/api/projects/{project_id}/restore", project(id)));
}

/** All of them: whether somebody is one, and the only manager, is seen from the whole. */
export const membersQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["members", project_id],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/members", {
            params: { path: { project_id }, query: { cursor } },
          }),
        ),
      ),
  });

export function setMember(id: number, body: { username: string; role: Role }) {
  return read(client.POST("/api/projects/{project_id}/members", { ...project(id), body }));
}

/** Make an account for a new person, who becomes a member; the password is told this once. */
export function createAccount(id: number, body: { username: string; role: Role }) {
  return read(client.POST("/api/projects/{project_id}/accounts", { ...project(id), body }));
}

export function removeMember(project_id: number, user_id: number) {
  const params = { path: { project_id, user_id } };
  return read(client.DELETE("/api/projects/{project_id}/members/{user_id}", { params }));
}

export function createLabel(id: number, body: { name: string; color: string }) {
  return read(client.POST("/api/projects/{project_id}/labels", { ...project(id), body }));
}

export interface LabelChange {
  name?: string;
  color?: string;
  /** All of them: one that is left out is deleted. */
  attributes?: components["schemas"]["AttributeInput"][];
}

export function changeLabel(id: number, body: LabelChange) {
  return read(client.PATCH("/api/labels/{label_id}", { ...label(id), body }));
}

export function deleteLabel(id: number) {
  return read(client.DELETE("/api/labels/{label_id}", label(id)));
}

export function restoreLabel(id: number) {
  return read(client.POST("/api/labels/{label_id}/restore", label(id)));
}
