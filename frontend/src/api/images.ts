import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { ImageDetail, ImageRow, ImageStatus, Page } from "./types";

export interface ImageFilter {
  status?: ImageStatus;
  search?: string;
}

export const imagesQuery = (id: number, filter: ImageFilter) =>
  infiniteQueryOptions({
    queryKey: ["images", id, filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam }) =>
      read<Page<ImageRow>>(
        client.GET("/api/projects/{id}/images", {
          params: { path: { id }, query: { ...filter, cursor: pageParam ?? undefined } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

export const imageQuery = (id: number) =>
  queryOptions({
    queryKey: ["image", id],
    queryFn: () => read<ImageDetail>(client.GET("/api/images/{id}", { params: { path: { id } } })),
  });

export function deleteImage(id: number): Promise<unknown> {
  return read(client.DELETE("/api/images/{id}", { params: { path: { id } } }));
}

export function restoreImage(id: number): Promise<unknown> {
  return read(client.POST("/api/images/{id}/restore", { params: { path: { id } } }));
}
