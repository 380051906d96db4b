/** Live events of a project, written into the cache that the pages read. */

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { type HeardText, heardQuery } from "./heard";
import { jobsQuery, withNews } from "./jobs";
import { rowsOf } from "./pages";
import { projectQuery } from "./projects";
import { queueCountsQuery } from "./queues";
import { askWhatServes, roundQuery, roundsQuery, withNewSteps } from "./rounds";
import { sessionQuery } from "./session";
import type { Job, Project, RoundWithCurve } from "./types";

const RECONNECT_MS = 5000;

export function useProjectEvents(project: number): void {
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const origin = session?.events_url;

  useEffect(() => {
    if (origin === undefined) return;
    return listen(`${origin}/events/projects/${project}`, (name, data) =>
      applyEvent(queries, project, name, data),
    );
  }, [origin, project, queries]);
}

/** Keeps a stream open, reconnecting also where EventSource itself gives up. */
function listen(url: string, onEvent: (name: string, data: unknown) => void): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function open(): void {
    source = new EventSource(url, { withCredentials: true });
    for (const name of ["jobs", "project", "round", "returned", "heard"])
      source.addEventListener(name, (event) => onEvent(name, JSON.parse(event.data)));
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, RECONNECT_MS);
    };
  }

  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

export function applyEvent(
  queries: QueryClient,
  project: number,
  name: string,
  data: unknown,
): void {
  if (name === "jobs") applyJobs(queries, project, data as Job[]);
  if (name === "project") applyProject(queries, project, data as ProjectNews);
  if (name === "returned") applyReturned(queries, project, data as number[]);
  if (name === "heard") applyHeard(queries, data as HeardNews[]);
  if (name === "round")
    applyRound(queries, project, data as Partial<RoundWithCurve> & { id: number });
}

type ProjectNews = Pick<Project, "counts" | "serving" | "finished_since_round">;

/**
 * What waits in the queues changes with the project's figures. News may have been read before what
 * this page did itself: what serves, on which buttons act, is asked for and not taken from them.
 */
function applyProject(queries: QueryClient, project: number, news: ProjectNews): void {
  const key = projectQuery(project).queryKey;
  const { serving, ...figures } = news;
  const known = queries.getQueryData(key)?.serving;
  queries.setQueryData(key, (old) => (old ? { ...old, ...figures } : old));
  if (known?.bundle !== serving?.bundle) void askWhatServes(queries, project);
  void queries.invalidateQueries(queueCountsQuery(project));
}

/** Images that came back to this person. */
function applyReturned(queries: QueryClient, project: number, returned: number[]): void {
  queries.setQueryData(projectQuery(project).queryKey, (old) => (old ? { ...old, returned } : old));
}

type HeardNews = HeardText & { recording: string };

/** What was heard of the takes that this person speaks. */
function applyHeard(queries: QueryClient, news: HeardNews[]): void {
  for (const { recording, settled, open } of news)
    queries.setQueryData(heardQuery(recording).queryKey, { settled, open });
}

/** A job that ended makes the lists it changed fresh again. */
function applyJobs(queries: QueryClient, project: number, news: Job[]): void {
  const key = jobsQuery(project).queryKey;
  const old = queries.getQueryData(key);
  const hadEnded = new Set(rowsOf(old).flatMap(({ id, finished_at }) => (finished_at ? id : [])));
  queries.setQueryData(key, {
    pages: withNews(old?.pages ?? [], news),
    pageParams: old?.pageParams ?? [undefined],
  });
  if (!old) void queries.invalidateQueries({ queryKey: key }); // the older ones are not known yet
  if (!news.some(({ id, finished_at }) => finished_at && !hadEnded.has(id))) return;
  for (const list of ["images", "uploads", "versions", "export", "descriptions", "grounding"])
    void queries.invalidateQueries({ queryKey: [list] });
  void askWhatServes(queries, project);
}

function applyRound(
  queries: QueryClient,
  project: number,
  news: Partial<RoundWithCurve> & { id: number },
): void {
  const key = roundsQuery(project).queryKey;
  const old = queries.getQueryData(key)?.find((round) => round.id === news.id);
  if (old?.state !== news.state) void askWhatServes(queries, project);
  queries.setQueryData(roundQuery(news.id).queryKey, (round) =>
    round ? withNewSteps(round, news) : undefined,
  );
}
