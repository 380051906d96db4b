import { queryOptions } from "@tanstack/react-query";
import { copies } from "@/offline/copies";
import { askForLogin, client, read } from "./client";
import { readAll } from "./pages";
import { isPageOf } from "./person";
import { choices } from "./preferences";
import { ProblemError } from "./problem";
import type { Scope, Session } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: readSession,
  staleTime: 5 * 60_000,
});

/** Fails where somebody else has logged in in another tab: the person of this page is asked to. */
async function readSession(): Promise<Session> {
  const session = await read(client.GET("/api/session"));
  if (session.user && !isPageOf(session.user.id)) {
    void askForLogin(); // not awaited: having logged in, the form reads the session
    throw new ProblemError(401, { detail: "Somebody else has logged in in this browser." });
  }
  // A copy that an earlier page kept has none.
  if (session.preferences) choices.take(session.user?.id ?? null, session.preferences);
  return session;
}

/**
 * What this device keeps of what somebody else saw here is not for the next person, and the page of
 * somebody else is loaded anew.
 */
export async function logIn(body: { username: string; password: string }) {
  const before = (await copies.answer("/api/session")) as Session | undefined;
  const session = await read(client.POST("/api/session", { body }));
  if (before?.user?.username !== body.username) await copies.forgetAll();
  if (session.user && !isPageOf(session.user.id)) return loadAnew();
  return session;
}

/** Nothing of one person is left in the page for the next. */
function loadAnew(): Promise<never> {
  location.reload();
  return new Promise(() => undefined);
}

export async function logOut() {
  await choices.send();
  await copies.leave();
  try {
    await read(client.DELETE("/api/session"));
  } catch (error) {
    copies.stay();
    throw error;
  }
}

export function changePassword(body: { current: string; new: string }) {
  return read(client.PUT("/api/session/password", { body }));
}

/** By the days of this device. */
export const workQuery = queryOptions({
  queryKey: ["work"],
  staleTime: 0, // each image that is finished adds to it
  queryFn: () => {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    return read(client.GET("/api/session/work", { params: { query: { zone } } }));
  },
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () =>
    readAll((cursor) => read(client.GET("/api/tokens", { params: { query: { cursor } } }))),
});

export interface NewToken {
  name: string;
  scope: Scope;
  expires_in_days: number;
  /** Null: all that are the person's, then and later. */
  projects: number[] | null;
}

export function createToken(body: NewToken) {
  return read(client.POST("/api/tokens", { body }));
}

export function deleteToken(token_id: number) {
  return read(client.DELETE("/api/tokens/{token_id}", { params: { path: { token_id } } }));
}

export const consentQuery = queryOptions({
  queryKey: ["consent"],
  queryFn: () => read(client.GET("/api/consent")),
});

/** To the version of the text that was shown. */
export function giveConsent(version: number) {
  return read(client.POST("/api/consent", { body: { version } }));
}

export function withdrawConsent() {
  return read(client.DELETE("/api/consent"));
}
