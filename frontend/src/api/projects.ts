import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Label, Member, Project, ProjectCard, Role } from "./types";

const at = (id: number) => ({ params: { path: { id } } });

export const projectsQuery = queryOptions({
  queryKey: ["projects"],
  queryFn: () => read<ProjectCard[]>(client.GET("/api/projects")),
});

export const projectQuery = (id: number) =>
  queryOptions({
    queryKey: ["project", id],
    queryFn: () => read<Project>(client.GET("/api/projects/{id}", at(id))),
  });

export interface NewProject {
  name: string;
  description: string;
  labels: { name: string; color: string }[];
  overlap: number;
  holdout_share: number;
}

export function createProject(body: NewProject): Promise<Project> {
  return read(client.POST("/api/projects", { body }));
}

export type ProjectChange = Partial<
  Pick<
    Project,
    | "name"
    | "description"
    | "overlap"
    | "holdout_share"
    | "retrain_after_images"
    | "retrain_every_hours"
  >
>;

export function changeProject(id: number, body: ProjectChange): Promise<Project> {
  return read(client.PATCH("/api/projects/{id}", { ...at(id), body }));
}

export function deleteProject(id: number): Promise<unknown> {
  return read(client.DELETE("/api/projects/{id}", at(id)));
}

export function restoreProject(id: number): Promise<unknown> {
  return read(client.POST("/api/projects/{id}/restore", at(id)));
}

export const membersQuery = (id: number) =>
  queryOptions({
    queryKey: ["members", id],
    queryFn: () => read<Member[]>(client.GET("/api/projects/{id}/members", at(id))),
  });

export function setMember(id: number, body: { username: string; role: Role }): Promise<unknown> {
  return read(client.POST("/api/projects/{id}/members", { ...at(id), body }));
}

export function removeMember(id: number, user_id: number): Promise<unknown> {
  return read(
    client.DELETE("/api/projects/{id}/members/{user_id}", { params: { path: { id, user_id } } }),
  );
}

export function createLabel(id: number, body: { name: string; color: string }): Promise<Label> {
  return read(client.POST("/api/projects/{id}/labels", { ...at(id), body }));
}

export function changeLabel(id: number, body: { name?: string; color?: string }): Promise<Label> {
  return read(client.PATCH("/api/labels/{id}", { ...at(id), body }));
}

export function deleteLabel(id: number): Promise<unknown> {
  return read(client.DELETE("/api/labels/{id}", at(id)));
}

export function restoreLabel(id: number): Promise<unknown> {
  return read(client.POST("/api/labels/{id}/restore", at(id)));
}
