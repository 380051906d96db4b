import { Loader } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { useSignal } from "@/components/useSignal";
import classes from "./AnnotatePage.module.css";
import type { OpenImage } from "./open-image";

interface Props {
  image: OpenImage;
  notice: string | null;
}

/** What one should know before working: another tab, a reviewer's words, a model that is off. */
export function ModelNotice({ image, notice }: Props) {
  const model = useSignal(image.model);
  const lock = useSignal(image.lock);
  const detail = useSignal(image.detail);
  const isReadOnly = useSignal(image.editor.isReadOnly);
  const text = message();
  if (text === null) return null;
  return (
    <div className={`${classes.float} ${classes.notice}`} role="status">
      {model.kind === "loading" && lock !== null && notice === null ? (
        <Loader size={14} />
      ) : (
        <IconInfoCircle size={16} aria-hidden style={{ flex: "none" }} />
      )}
      {text}
    </div>
  );

  function message(): string | null {
    if (lock === null) {
      return "This image is open in another tab, which saves it. Close that tab to go on here.";
    }
    if (notice !== null) return isReadOnly ? `${notice} You can look at it.` : notice;
    if (detail.status === "returned" && detail.review_comment !== "") {
      return `Returned: ${detail.review_comment}`;
    }
    if (model.kind === "loading") return "Starting the model…";
    return model.kind === "ready" ? null : model.message;
  }
}
