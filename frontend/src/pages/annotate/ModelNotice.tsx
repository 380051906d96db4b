import { CloseButton, Loader } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { jobsQuery } from "@/api/jobs";
import { rowsOf } from "@/api/pages";
import type { ImageDetail, Project } from "@/api/types";
import { useSignal } from "@/components/useSignal";
import classes from "./AnnotatePage.module.css";
import type { OpenImage } from "./open-image";
import { whyReturned } from "./returned";

interface Props {
  image: OpenImage;
  project: Project;
  notice: string | null;
  /** What was read and put away. */
  dismissed: string | null;
  onDismiss: (told: string) => void;
}

const STARTING = "Starting the model…";
const LOOKING = "The model is still looking at the images. Proposals for this one may follow.";
const GONE =
  "This project was deleted, or you are no longer a member. What you did here is kept on this " +
  "device and sent once a manager brings the project back or adds you again.";
const DELETED =
  "This image was deleted. What you do here is still saved, and is there if a manager brings the " +
  "image back within 30 days. Go on with the next one.";

/**
 * What one should know before working: what was deleted, another tab, a reviewer's words, a model
 * that is off. It lies over the image, so that who has read it may put it away;
 * the badge of a returned image brings it back.
 */
export function ModelNotice({ image, project, notice, dismissed, onDismiss }: Props) {
  const model = useSignal(image.model);
  const lock = useSignal(image.lock);
  const detail = useSignal(image.detail);
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const isDeleted = useSignal(image.isDeleted);
  const { hindrance } = useSignal(image.status);
  const isAwaited = useIsAwaited(detail, project.id);
  const text = message();
  if (text === null || text === dismissed) return null;
  const isPassing = text === STARTING || text === LOOKING;
  return (
    <div className={`${classes.float} ${classes.notice}`} role="status">
      {isPassing ? (
        <Loader size={14} />
      ) : (
        <IconInfoCircle size={16} aria-hidden style={{ flex: "none" }} />
      )}
      {text}
      {lock !== null && text !== STARTING && (
        <CloseButton size="xs" aria-label="Dismiss the notice" onClick={() => onDismiss(text)} />
      )}
    </div>
  );

  function message(): string | null {
    if (lock === null) {
      return "This image is open in another tab, which saves it. Close that tab to go on here.";
    }
    if (hindrance === "gone") return GONE;
    if (isDeleted) return DELETED;
    const why = whyReturned(detail);
    const access = notice !== null && isReadOnly ? `${notice} You can look at it.` : notice;
    if (why !== null || access !== null) return [why, access].filter(Boolean).join(" · ");
    if (model.kind === "loading") return STARTING;
    if (model.kind !== "ready") return model.message;
    return isAwaited ? LOOKING : null;
  }
}

/** Whether proposals are being made and the image, which has had none, would be shown some. */
function useIsAwaited(detail: ImageDetail, project: number): boolean {
  const { is_looked_at, is_holdout, slot, status } = detail;
  const mayCome = !is_looked_at && !is_holdout && slot === 0 && status === "todo";
  const { data } = useInfiniteQuery({ ...jobsQuery(project), enabled: mayCome });
  const isPreparing = rowsOf(data).some((job) => job.kind === "prepare_images" && !job.finished_at);
  return mayCome && isPreparing;
}
