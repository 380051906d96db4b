import { queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { Scope } from "./types";

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: () => read(client.GET("/api/session")),
  staleTime: 5 * 60_000,
});

export function logIn(body: { username: string; password: string }) {
  return read(client.POST("/api/session", { body }));
}

export function logOut() {
  return read(client.DELETE("/api/session"));
}

export function changePassword(body: { current: string; new: string }) {
  return read(client.PUT("/api/session/password", { body }));
}

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => read(client.GET("/api/tokens")),
});

export function createToken(body: { name: string; scope: Scope; expires_in_days: number }) {
  return read(client.POST("/api/tokens", { body }));
}

export function deleteToken(token_id: number) {
  return read(client.DELETE("/api/tokens/{token_id}", { params: { path: { token_id } } }));
}

export const consentQuery = queryOptions({
  queryKey: ["consent"],
  queryFn: () => read(client.GET("/api/consent")),
});

export function giveConsent() {
  return read(client.POST("/api/consent"));
}

export function withdrawConsent() {
  return read(client.DELETE("/api/consent"));
}
