import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { readAll } from "./pages";
import { projectQuery } from "./projects";
import type { EffortBy, Part, RoundWithCurve } from "./types";

const project = (project_id: number) => ({ params: { path: { project_id } } });
const round = (round_id: number) => ({ params: { path: { round_id } } });

/** All of them: the curve is of the whole. */
export const roundsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["rounds", project_id],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/rounds", {
            params: { path: { project_id }, query: { cursor } },
          }),
        ),
      ),
  });

export const roundQuery = (id: number) =>
  queryOptions({
    queryKey: ["round", id],
    queryFn: () => read(client.GET("/api/rounds/{round_id}", round(id))),
  });

/** Under the rounds' key: what a round saves changes as people work with its proposals. */
export const roundCostQuery = (project: number, id: number) =>
  queryOptions({
    queryKey: ["rounds", project, "cost", id],
    queryFn: () => read(client.GET("/api/rounds/{round_id}/cost", round(id))),
  });

export const examplesQuery = (id: number) =>
  queryOptions({
    queryKey: ["round", id, "examples"],
    queryFn: () => read(client.GET("/api/rounds/{round_id}/examples", round(id))),
  });

export function startRound(id: number, parts: Part[]) {
  const body = { id: crypto.randomUUID(), parts };
  return read(client.POST("/api/projects/{project_id}/rounds", { ...project(id), body }));
}

export function cancelRound(id: number) {
  return read(client.POST("/api/rounds/{round_id}/cancel", round(id)));
}

/** Makes the previous bundle serve again; refused if another than `serving` serves by now. */
export function rollBack(id: number, serving: string) {
  const body = { serving };
  return read(client.POST("/api/projects/{project_id}/rollback", { ...project(id), body }));
}

/** Asks anew after the serving model may have moved: what buttons act on before what pages tell. */
export async function askWhatServes(queries: QueryClient, id: number): Promise<void> {
  await queries.invalidateQueries(projectQuery(id));
  await Promise.all([
    queries.invalidateQueries({ queryKey: ["rounds", id] }),
    queries.invalidateQueries({ queryKey: ["round"] }),
  ]);
}

/** The newest trial of a candidate, if there was one. Under the rounds' key: these end it. */
export const trialQuery = (id: number) =>
  queryOptions({
    queryKey: ["rounds", id, "trial"],
    queryFn: async () =>
      (await read(client.GET("/api/projects/{project_id}/trial", project(id)))).trial,
  });

/** Lets a round's bundle propose on some images; refused if another than `serving` serves by now. */
export function beginTrial(id: number, round: number, serving: string) {
  const body = { round, serving };
  return read(client.POST("/api/projects/{project_id}/trial", { ...project(id), body }));
}

export function endTrial(id: number) {
  return read(client.DELETE("/api/projects/{project_id}/trial", project(id)));
}

/** How far what serves is with proposing. Under the rounds' key: a job's end changes it. */
export const proposingQuery = (id: number) =>
  queryOptions({
    queryKey: ["rounds", id, "proposing"],
    queryFn: () => read(client.GET("/api/projects/{project_id}/proposing", project(id))),
  });

/** Under the rounds' key: what a verifier is sure of changes with it. */
export const doubtsQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["rounds", project_id, "doubts"],
    queryFn: () =>
      read(client.GET("/api/projects/{project_id}/doubts", { params: { path: { project_id } } })),
  });

/** Under the rounds' key: what a round changes is whose proposals people work with. */
export const effortQuery = (project_id: number, by: EffortBy) =>
  queryOptions({
    queryKey: ["rounds", project_id, "effort", by],
    queryFn: () =>
      read(
        client.GET("/api/projects/{project_id}/effort", {
          params: { path: { project_id }, query: { by } },
        }),
      ),
  });

/** What the gate wants of the holdout and what is there. Under the rounds' key: work changes it. */
export const gateQuery = (id: number) =>
  queryOptions({
    queryKey: ["rounds", id, "gate"],
    queryFn: () => read(client.GET("/api/projects/{project_id}/gate", project(id))),
  });

/** Under the rounds' key: each round judged, and the work after it, tells more. */
export const expectationQuery = (id: number) =>
  queryOptions({
    queryKey: ["rounds", id, "expectation"],
    queryFn: () => read(client.GET("/api/projects/{project_id}/expectation", project(id))),
  });

/** Under the rounds' key: each round learns from more images. */
export const driftQuery = (id: number) =>
  queryOptions({
    queryKey: ["rounds", id, "drift"],
    queryFn: () => read(client.GET("/api/projects/{project_id}/drift", project(id))),
  });

/** Under the rounds' key: whatever changes them may have changed what serves. */
export const servedQuery = (project_id: number) =>
  infiniteQueryOptions({
    queryKey: ["rounds", project_id, "served"],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/projects/{project_id}/serving-moves", {
          params: { path: { project_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

/** A round with its news, whose curves are the last steps alone. */
export function withNewSteps(round: RoundWithCurve, news: Partial<RoundWithCurve>): RoundWithCurve {
  const curve = joined(round.curve, news.curve);
  const caption_curve = joined(round.caption_curve, news.caption_curve);
  return { ...round, ...news, curve, caption_curve };
}

function joined<Point extends { step: number }>(
  old: readonly Point[],
  news: readonly Point[] = [],
): Point[] {
  const from = news[0]?.step ?? Number.POSITIVE_INFINITY;
  return [...old.filter(({ step }) => step < from), ...news];
}
