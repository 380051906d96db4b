import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Round } from "./types";

const at = (id: number) => ({ params: { path: { id } } });

export const roundsQuery = (project: number) =>
  queryOptions({
    queryKey: ["rounds", project],
    queryFn: () => read<Round[]>(client.GET("/api/projects/{id}/rounds", at(project))),
  });

export const roundQuery = (id: number) =>
  queryOptions({
    queryKey: ["round", id],
    queryFn: () => read<Round>(client.GET("/api/rounds/{id}", at(id))),
  });

export function startRound(project: number): Promise<Round> {
  const body = { id: crypto.randomUUID() };
  return read(client.POST("/api/projects/{id}/rounds", { ...at(project), body }));
}

export function cancelRound(id: number): Promise<Round> {
  return read(client.POST("/api/rounds/{id}/cancel", at(id)));
}

/** Makes the previous bundle serve again; refused if another than `serving` serves by now. */
export function rollBack(project: number, serving: string): Promise<unknown> {
  return read(client.POST("/api/projects/{id}/rollback", { ...at(project), body: { serving } }));
}
