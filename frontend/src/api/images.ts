import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { client, read } from "./client";
import type { ImageStatus } from "./types";

const image = (image_id: number) => ({ params: { path: { image_id } } });

export interface ImageFilter {
  status?: ImageStatus;
  /** Those that were deleted and can be restored, instead of the others. */
  trash?: true;
  search?: string;
}

export const imagesQuery = (project_id: number, filter: ImageFilter) =>
  infiniteQueryOptions({
    queryKey: ["images", project_id, filter],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam: cursor }) =>
      read(
        client.GET("/api/projects/{project_id}/images", {
          params: { path: { project_id }, query: { ...filter, cursor } },
        }),
      ),
    getNextPageParam: (page) => page.next,
  });

export const imageQuery = (id: number) =>
  queryOptions({
    queryKey: ["image", id],
    queryFn: () => read(client.GET("/api/images/{image_id}", image(id))),
  });

export function deleteImage(id: number) {
  return read(client.DELETE("/api/images/{image_id}", image(id)));
}

export function restoreImage(id: number) {
  return read(client.POST("/api/images/{image_id}/restore", image(id)));
}
