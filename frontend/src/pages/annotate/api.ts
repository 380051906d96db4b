/** The calls of the annotating page, and replies of a save as the outbox wants them. */

import { infiniteQueryOptions } from "@tanstack/react-query";
import { client, read } from "@/api/client";
import { ProblemError } from "@/api/problem";
import type { ImageQueue } from "@/api/queue-names";
import type { components } from "@/api/schema";
import { type Annotations, isOpen, type MissedOperation, type Prompt } from "@/editor/operations";
import type { Save } from "@/editor/outbox";
import type { Place } from "@/editor/outbox-db";
import type { RLE } from "@/editor/rle";

export type ImageDetail = components["schemas"]["ImageDetail"];
export interface Revision extends Omit<components["schemas"]["Revision"], "rle" | "prompts"> {
  readonly rle: RLE | null;
  readonly prompts: readonly Prompt[];
}
/**
 * A place; with what the image's masks and proposals were stamped with when the server gave it, and
 * whether it was not this person's before.
 */
export type Claim = components["schemas"]["Claimed"] & {
  readonly stamp?: string;
  readonly is_taken_now?: boolean;
};

const REFUSALS = [400, 403, 409, 413, 422];

export function fetchImage(image_id: number, signal?: AbortSignal): Promise<ImageDetail> {
  return read(client.GET("/api/images/{image_id}", { params: { path: { image_id } }, signal }));
}

/** The revisions of a mask, the newest first. */
export const revisionsQuery = (mask_id: string) =>
  infiniteQueryOptions({
    queryKey: ["revisions", mask_id],
    staleTime: 0, // each save adds to them
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => revisionsPage(mask_id, pageParam),
    getNextPageParam: (page) => page.next,
  });

/** The revisions of a mask, the newest first, at least as far back as one of this number. */
export async function fetchRevisions(mask_id: string, back_to: number): Promise<Revision[]> {
  const found: Revision[] = [];
  let cursor: string | undefined;
  do {
    const { results, next } = await revisionsPage(mask_id, cursor);
    found.push(...results);
    cursor = next ?? undefined;
  } while (cursor !== undefined && found.every(({ number }) => number > back_to));
  return found;
}

async function revisionsPage(
  mask_id: string,
  cursor: string | undefined,
): Promise<{ results: Revision[]; next: string | null }> {
  const params = { path: { mask_id }, query: { cursor } };
  const page = await read(client.GET("/api/masks/{mask_id}/revisions", { params }));
  // The schema does not say that a point has its two coordinates, and a box its four.
  return page as unknown as { results: Revision[]; next: string | null };
}

/** Claim an image, or the next one `besides` another. Null when nothing is left to do. */
export async function claimImage(
  project_id: number,
  { image, queue, besides }: { image?: number; queue?: ImageQueue; besides?: number },
): Promise<Claim | null> {
  const claim = await read<components["schemas"]["Claim"] | undefined>(
    client.POST("/api/projects/{project_id}/claim", {
      params: { path: { project_id } },
      body: {
        ...(image === undefined ? {} : { image }),
        ...(queue === undefined ? {} : { queue }),
        ...(besides === undefined ? {} : { besides }),
      },
    }),
  );
  if (claim === undefined) return null;
  const { assignment, ...told } = claim;
  return { ...assignment, ...told };
}

/** The images that come next in a queue, `besides` the one that is open. */
export function fetchUpcoming(
  project_id: number,
  query: { queue?: ImageQueue; besides?: number; count?: number },
): Promise<number[]> {
  const params = { path: { project_id }, query };
  return read(client.GET("/api/projects/{project_id}/upcoming", { params }));
}

export function finishAssignment({ id, stint }: Place, active_s: number): Promise<unknown> {
  return read(
    client.POST("/api/assignments/{assignment_id}/finish", {
      params: { path: { assignment_id: id } },
      body: { active_s, stint },
    }),
  );
}

/** Give an image back. Also sent while the page is being left. */
export function releaseAssignment({ id, stint }: Place, active_s: number): Promise<unknown> {
  return read(
    client.POST("/api/assignments/{assignment_id}/release", {
      params: { path: { assignment_id: id } },
      body: { active_s, stint },
      keepalive: true,
    }),
  );
}

export function extendAssignment(assignment_id: number): Promise<unknown> {
  return read(
    client.POST("/api/assignments/{assignment_id}/heartbeat", {
      params: { path: { assignment_id } },
    }),
  );
}

/** A reviewer's, on an image. */
export type Verdict = "reviewed" | "returned";

/**
 * `version` is the one that the reviewer saw, `stint` the one of a claimed review that the verdict
 * ends, with the seconds that it took.
 */
export function reviewImage(
  image_id: number,
  body: { verdict: Verdict; comment: string; version: number; active_s: number; stint?: number },
): Promise<unknown> {
  return read(
    client.POST("/api/images/{image_id}/review", { params: { path: { image_id } }, body }),
  );
}

/** Let one's own verdict not have been given, unless somebody has gone on with the image. */
export function takeBackVerdict(image_id: number): Promise<unknown> {
  return read(client.DELETE("/api/images/{image_id}/review", { params: { path: { image_id } } }));
}

/** Let a finished image not have been finished, until somebody reviews it. */
export function reopenImage(image_id: number): Promise<unknown> {
  return read(client.POST("/api/images/{image_id}/reopen", { params: { path: { image_id } } }));
}

/** Send operations. An ended session asks for the login in place and then goes on by itself. */
export const saveMasks: Save = async (image_id, version, operations) => {
  try {
    const saved = await read<{ version: number; masks: { id: string; revision: number }[] }>(
      client.PATCH("/api/images/{image_id}/masks", {
        params: { path: { image_id }, header: { "If-Match": `"${version}"` } },
        body: { operations: [...operations] },
      }),
    );
    return { kind: "saved", ...saved };
  } catch (error) {
    // A reply that broke off, or one of somebody in between: it is asked for again, as none tells more.
    if (!(error instanceof ProblemError)) return { kind: "unreachable" };
    const missed = missedOf(error);
    if (missed !== null) return { kind: "stale", ...missed };
    if (error.status === 401) return { kind: "login" };
    if (error.status === 404) return { kind: "gone" };
    if (!REFUSALS.includes(error.status)) return { kind: "unreachable" };
    const kind = error.code === "proposal_decided" ? "decided" : "refused";
    return { kind, reason: reasonOf(error) };
  }
};

/** What others saved meanwhile, if that is why a request was refused. */
export function missedOf(error: unknown): { version: number; missed: MissedOperation[] } | null {
  if (!(error instanceof ProblemError) || error.code !== "stale_version") return null;
  const { version, missed } = error.extra;
  return { version: version as number, missed: missed as MissedOperation[] };
}

export function annotationsOf(detail: ImageDetail): Annotations {
  const masks = detail.masks.map(({ aside, ...row }) => ({
    ...{ ...row, rle: row.rle as RLE, isDeleted: false },
    isAside: aside && row.slot !== detail.slot,
    caption: row.caption ?? "", // a copy that an older release kept lacks it, and the next
    caption_recording: row.caption_recording ?? null,
  }));
  const proposals = detail.proposals.map((row) => ({
    ...row,
    rle: row.rle as RLE,
    model: row.model ?? null, // a copy that an older release kept lacks it
    point_xy: row.point_xy as [number, number] | null,
  }));
  return {
    masks: new Map(masks.map((row) => [row.id, row])),
    proposals: new Map(proposals.map((row) => [row.id, row])),
  };
}

/** An image with its annotations as they are now, once the server has all of them. */
export function detailWith(
  detail: ImageDetail,
  version: number,
  { masks, proposals }: Annotations,
): ImageDetail {
  // Rows from the server still have all that it told; of those made here, nobody asks for the rest.
  const live = [...masks.values()].filter(({ isDeleted }) => !isDeleted);
  return {
    ...{ ...detail, version },
    masks: live.map(({ isDeleted, isAside, ...row }) => ({ ...row, aside: isAside })),
    proposals: [...proposals.values()].filter(isOpen).map((row) => ({ ...row })),
  } as unknown as ImageDetail;
}

function reasonOf(error: ProblemError): string {
  const [first] = error.fields;
  return first === undefined ? error.message : `${error.message} ${first.field}: ${first.message}`;
}
