/** The one client of the API, typed by the server's schema. */

import createClient from "openapi-fetch";
import { copies } from "@/offline/copies";
import { personOfPage } from "./person";
import { ProblemError, UnreachableError } from "./problem";
import type { paths } from "./schema";

export const CSRF_HEADER = "X-CSRFToken";
// Somebody else may have logged in in another tab: what this page holds is not to go out as theirs, nor
// what is theirs to come in.
const PERSON_HEADER = "X-Anneal-User";
// Without these no page opens: where there is no network, the last answer is taken.
const KEPT_FOR_OFFLINE = /^\/api\/(?:session|projects\/\d+)$/;
// Nobody is asked to log in for these.
const WITHOUT_A_WORD = /^\/api\/session(?:\/preferences)?$/;

export function csrfToken(): string {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

let login: () => Promise<void> = () => Promise.reject(new Error("nobody asks for a login yet"));

/** Names who asks the person to log in again when a session has ended. */
export function setLogin(ask: () => Promise<void>): void {
  login = ask;
}

/** Asks the person to log in again; resolves once they have. */
export function askForLogin(): Promise<void> {
  return login();
}

/** Sends once; if the session has ended, asks the person to log in and sends again. */
async function send(request: Request): Promise<Response> {
  const again = request.clone();
  const response = await attempt(request);
  if (!(await sessionHasEnded(request, response))) return response;
  await askForLogin();
  return attempt(again);
}

async function attempt(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const signed = sign(request, pathname);
  const isKept = request.method === "GET" && KEPT_FOR_OFFLINE.test(pathname);
  try {
    const response = await fetch(signed);
    if (isKept && response.ok) keepAnswer(pathname, response.clone()).catch(() => undefined);
    return response;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    const kept = isKept ? await copies.answer(pathname) : undefined;
    if (kept === undefined) throw new UnreachableError();
    return Response.json(kept);
  }
}

function sign(request: Request, pathname: string): Request {
  const signed = new Request(request);
  if (request.method !== "GET") signed.headers.set(CSRF_HEADER, csrfToken());
  const person = personOfPage();
  const isLogin = pathname === "/api/session"; // or logout, or who that is: of whoever is logged in
  if (person !== null && !isLogin) signed.headers.set(PERSON_HEADER, String(person));
  return signed;
}

/** Fails where the answer breaks off, as who asked for it is told anyway. */
async function keepAnswer(path: string, response: Response): Promise<void> {
  await copies.keepAnswer(path, await response.json());
}

async function sessionHasEnded(request: Request, response: Response): Promise<boolean> {
  if (WITHOUT_A_WORD.test(new URL(request.url).pathname)) return false;
  if (response.status === 401) return true;
  if (response.status !== 403) return false;
  const document = await response
    .clone()
    .json()
    .catch(() => null);
  return document?.code === "not_authenticated";
}

export const client = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  credentials: "same-origin",
  fetch: send,
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Awaits an answer and returns its body, or throws the problem it carries. */
export async function read<T>(answer: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await answer;
  if (response.ok) return data as T;
  throw new ProblemError(response.status, isDocument(error) ? error : {});
}

function isDocument(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
