import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Consent, Session, Token } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => read<Session>(client.GET("/api/session")),
  staleTime: 5 * 60_000,
});

export function logIn(body: { username: string; password: string }): Promise<Session> {
  return read(client.POST("/api/session", { body }));
}

export function logOut(): Promise<unknown> {
  return read(client.DELETE("/api/session"));
}

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => read<Token[]>(client.GET("/api/tokens")),
});

export function makeToken(body: { name: string; scope: string; days: number }): Promise<Token> {
  return read(client.POST("/api/tokens", { body }));
}

export function deleteToken(id: number): Promise<unknown> {
  return read(client.DELETE("/api/tokens/{id}", { params: { path: { id } } }));
}

export const consentQuery = queryOptions({
  queryKey: ["consent"],
  queryFn: () => read<Consent>(client.GET("/api/consent")),
});

export function giveConsent(): Promise<unknown> {
  return read(client.POST("/api/consent"));
}

export function withdrawConsent(): Promise<unknown> {
  return read(client.DELETE("/api/consent"));
}
