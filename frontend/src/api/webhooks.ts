import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import { readAll, rowsOf } from "./pages";
import type { Delivery, Webhook, WebhookChanges, WebhookInput } from "./types";

const WATCH_MS = 3000; // while something is to be delivered now or soon
const WAIT_MS = 30_000; // while the next attempt is further away: somebody else may have it made now

const one = (webhook_id: string) => ({ params: { path: { webhook_id } } });

export const webhooksQuery = (project_id: number) =>
  queryOptions({
    queryKey: ["webhooks", project_id],
    queryFn: () =>
      readAll((cursor) =>
        read(
          client.GET("/api/projects/{project_id}/webhooks", {
            params: { path: { project_id }, query: { cursor } },
          }),
        ),
      ),
  });

/** What a webhook was told, asked for again and again while some of it is on its way. */
export const deliveriesQuery = ({ id: webhook_id, is_on }: Pick<Webhook, "id" | "is_on">) =>
  infiniteQueryOptions({
    queryKey: ["deliveries", webhook_id],
    staleTime: 0, // whatever ends may add to it
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/webhooks/{webhook_id}/deliveries", {
          params: { path: { webhook_id }, query: { cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state }) => is_on && watchEvery(rowsOf(state.data)),
  });

export function createWebhook(project_id: number, body: WebhookInput) {
  const params = { path: { project_id } };
  return read(client.POST("/api/projects/{project_id}/webhooks", { params, body }));
}

export function changeWebhook(id: string, body: WebhookChanges) {
  return read(client.PATCH("/api/webhooks/{webhook_id}", { ...one(id), body }));
}

export function deleteWebhook(id: string) {
  return read(client.DELETE("/api/webhooks/{webhook_id}", one(id)));
}

export function pingWebhook(id: string) {
  const body = { id: crypto.randomUUID() };
  return read(client.POST("/api/webhooks/{webhook_id}/ping", { ...one(id), body }));
}

export function sendAgain(delivery_id: string) {
  return read(
    client.POST("/api/deliveries/{delivery_id}/again", {
      params: {
        path: { delivery_id },
        header: { "Idempotency-Key": crypto.randomUUID() },
      },
    }),
  );
}

/** How often to look at what a webhook that is on was told, in milliseconds; false: not at all. */
export function watchEvery(
  told: readonly Pick<Delivery, "state" | "due_at">[],
  now = Date.now(),
): number | false {
  const waiting = told.filter(({ state }) => state === "waiting");
  if (waiting.length === 0) return false;
  const soonest = Math.min(...waiting.map(({ due_at }) => new Date(due_at).getTime()));
  return soonest - now > WAIT_MS ? WAIT_MS : WATCH_MS;
}
