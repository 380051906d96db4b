import { Button, Skeleton, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { ErrorState } from "@/components/ErrorState";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { Mask } from "@/editor/mask";
import type { LabelId } from "@/editor/operations";
import { restoreDrafts } from "@/editor/restore";
import { surroundingsOf, tellRevisions } from "@/editor/revisions";
import type { Ghost } from "@/editor/tools/tool";
import { type Revision, revisionsQuery } from "./api";
import classes from "./HistoryPanel.module.css";
import type { OpenImage } from "./open-image";
import { RevisionRow } from "./RevisionRow";
import { type Names, wayTo } from "./revision-words";

interface Props {
  image: OpenImage;
  mask: string;
  colour: string;
  names: Names;
  /** The labels that a mask may get. */
  live: ReadonlySet<LabelId>;
  onRestore: (revision: Revision) => void;
}

/** The revisions of one mask as the server has them. */
export function RevisionList({ image, mask, colour, names, live, onRestore }: Props) {
  const { editor, outbox } = image;
  const annotations = useSignal(editor.annotations);
  const hindrance = useHindrance(image, mask);
  const waiting = useWaiting(image, mask);
  const { data, error, refetch, ...query } = useInfiniteQuery({
    ...revisionsQuery(mask),
    enabled: waiting !== "all",
  });
  const preview = usePreview(editor, mask);
  const { version } = outbox;
  const isLoaded = data !== undefined;
  // A list that is on its way may be older than the newest save, so that one is called off for a new
  // one. The first cannot be: another is asked for once it is here.
  useEffect(() => {
    if (version >= 0 && isLoaded && waiting !== "all") void refetch();
  }, [version, isLoaded, waiting, refetch]);

  const revisions = useMemo(() => data?.pages.flatMap(({ results }) => results) ?? [], [data]);
  const told = useMemo(
    () => tellRevisions(revisions, query.hasNextPage),
    [revisions, query.hasNextPage],
  );
  const around = useMemo(() => surroundingsOf(revisions), [revisions]);

  if (waiting === "all") {
    return (
      <Note>
        This mask is not on the server yet. Its history begins once the top of the page says
        “Saved”.
      </Note>
    );
  }
  if (data === undefined) {
    if (error === null) return <Loading />;
    return (
      <div className={classes.fault}>
        <ErrorState
          title="The history could not be loaded"
          error={error}
          onRetry={() => void refetch()}
        />
      </div>
    );
  }
  const newest = revisions[0]?.number ?? 0;
  const isLikeNow = (revision: Revision): boolean =>
    restoreDrafts(annotations, mask, revision, live).length === 0;
  return (
    <div className={classes.list}>
      {waiting === "newest" && (
        <Note>The newest change is on this device; it is listed once the server has it.</Note>
      )}
      {hindrance !== null && <Note>{hindrance}</Note>}
      <ol className={classes.rows} aria-label="Revisions, the newest first">
        {told.map(({ revision, changes }) => (
          <RevisionRow
            key={revision.number}
            {...{ revision, changes, names, colour, around }}
            bitmap={image.bitmap}
            size_hw={editor.size_hw}
            way={wayTo(revision, newest, isLikeNow(revision))}
            isHindered={hindrance !== null}
            onLook={preview.show}
            onLeave={preview.hide}
            onRestore={() => {
              preview.hide();
              onRestore(revision);
            }}
          />
        ))}
      </ol>
      {error !== null && <Note>The list may be out of date: {error.message}</Note>}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          m={12}
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          Show older revisions
        </Button>
      )}
    </div>
  );
}

/** Draws a revision on the image, in the place of what the mask is like, while it is pointed at. */
function usePreview(editor: Editor, mask: string) {
  const shown = useRef<Ghost | null>(null);
  const preview = useMemo(
    () => ({
      show: (pixels: Mask): void => {
        shown.current = { target: { kind: "mask", id: mask }, mask: pixels, dx: 0, dy: 0 };
        editor.ghost.set(shown.current);
      },
      hide: (): void => {
        if (editor.ghost.get() === shown.current) editor.ghost.set(null);
      },
    }),
    [editor, mask],
  );
  useEffect(() => editor.annotations.subscribe(preview.hide), [editor, preview]);
  useEffect(() => preview.hide, [preview]);
  return preview;
}

/** Why nothing can be restored now. */
function useHindrance({ editor }: OpenImage, mask: string): string | null {
  const isReadOnly = useSignal(editor.isReadOnly);
  const isLocked = useSignal(editor.view.locked).has(mask);
  const hasDraft = useSignal(editor.draft.state) !== null;
  if (isReadOnly)
    return "You may look at this image but not change it, so nothing can be restored.";
  if (isLocked) return "This mask is locked. Unlock it to restore an older revision.";
  return hasDraft ? "Accept (A) or drop (X) the draft to restore an older revision." : null;
}

/** What of a mask's history the server does not have yet. */
function useWaiting({ status, outbox }: OpenImage, mask: string): "all" | "newest" | "none" {
  const { refused } = useSignal(status);
  const own = [...outbox.pending, ...refused.map(({ operation }) => operation)].filter(
    (operation) => "mask" in operation && operation.mask === mask,
  );
  if (own.some(({ kind }) => kind === "create" || kind === "verdict")) return "all";
  return own.length > 0 ? "newest" : "none";
}

function Note({ children }: { children: React.ReactNode }) {
  return (
    <Text size="xs" c="dimmed" px={12} pb={8}>
      {children}
    </Text>
  );
}

function Loading() {
  return (
    <div className={classes.loading} role="status" aria-label="Loading the history">
      {[0, 1, 2].map((each) => (
        <Skeleton key={each} height={56} radius="md" />
      ))}
    </div>
  );
}
