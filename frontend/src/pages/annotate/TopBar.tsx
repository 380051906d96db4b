import { Badge, Button, Group, Progress, Text, Tooltip, UnstyledButton } from "@mantine/core";
import { IconEyeOff, IconMicrophone, IconPlayerTrackNext, IconUsers } from "@tabler/icons-react";
import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Project } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { formatCount } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { StatusBadge } from "@/components/StatusBadge";
import { useSignal } from "@/components/useSignal";
import type { Signal } from "@/editor/signal";
import classes from "./AnnotatePage.module.css";
import type { ImageDetail } from "./api";
import { editorCommand } from "./editor-commands";
import { MoreMenu } from "./MoreMenu";
import type { OpenImage } from "./open-image";
import { ReviewButtons } from "./ReviewButtons";
import { whyReturned } from "./returned";
import { OpenComments } from "./review/OpenComments";
import type { Review } from "./review/useReview";
import type { Verdict } from "./review/useVerdict";
import { SaveIndicator } from "./SaveIndicator";
import { StockSection } from "./stock/StockSection";

interface Props {
  project: Project;
  image: OpenImage;
  review: Review;
  verdict: Verdict;
  isMoving: Signal<boolean>;
  onNext: () => void;
  /** Show again why the image was returned. */
  onShowWhy: () => void;
}

/** What the main button says of the image, by the queue that it is in. */
const END = {
  whole: "Done, next",
  complete: "Nothing missing",
  correct: "Corrected, next",
  review: "Approve, next",
} as const;
const QUEUE = { complete: "Complete", correct: "Correct", review: "Review" } as const;

export function TopBar({ project, image, review, verdict, isMoving: moving, ...way }: Props) {
  const { onNext, onShowWhy } = way;
  const isMoving = useSignal(moving);
  const detail = useSignal(image.detail);
  const { queue } = useSearch({ from: "/inside/projects/$projectId/annotate" });
  const { images, done, reviewed } = project.counts;
  const finished = done + reviewed;
  const isForApproval = queue === "review" && image.claim !== null && detail.status === "done";
  const ends = image.isOwn && (queue !== "review" || isForApproval);
  const { file_name: name, width, height } = detail;
  const pixels = `${width} × ${height}`;
  const share = images === 0 ? 0 : (100 * finished) / images;
  return (
    <header className={classes.top}>
      {queue !== undefined && <Badge>{QUEUE[queue]}</Badge>}
      <Text size="sm" fw={600} truncate className={classes.fileName} title={`${name}, ${pixels}`}>
        {name}
      </Text>
      <Text size="xs" c="dimmed" className="tabular" visibleFrom="xl">
        {pixels}
      </Text>
      <Status detail={detail} onShowWhy={onShowWhy} />
      <OpenComments review={review} />
      {detail.is_holdout && (
        <Told
          icon={<IconEyeOff size={12} aria-hidden />}
          text="Holdout"
          why="On the blind holdout: annotated without proposals, never trained on."
        />
      )}
      {detail.slot > 0 && (
        <Told
          icon={<IconUsers size={12} aria-hidden />}
          text="Blind"
          why="Another person does this image as well. You work without their masks and without proposals."
        />
      )}
      <SaveIndicator
        saving={image}
        image={detail.id}
        spent_s={() => image.editor.meter.active_s}
        stock={queue !== "review" && <StockSection project={project.id} queue={queue} />}
      />
      <div className={classes.spare}>
        <Tooltip label={`${formatCount(finished)} of ${formatCount(images)} images are done`}>
          <Group gap={8} wrap="nowrap">
            <Progress value={share} w={88} size="sm" aria-label="Images done" />
            <Text size="xs" c="dimmed" className="tabular">
              {formatCount(finished)} / {formatCount(images)}
            </Text>
          </Group>
        </Tooltip>
      </div>
      <Group gap={8} wrap="nowrap">
        <ReviewButtons
          {...{ verdict, isMoving }}
          message={image.editor.unsent.message}
          openComments={review.openCount}
          mayApprove={!isForApproval}
        />
        <ButtonLink
          to="/projects/$projectId/images/$imageId/describe"
          params={{ projectId: String(project.id), imageId: String(detail.id) }}
          variant="default"
          size="xs"
          leftSection={<IconMicrophone size={15} aria-hidden />}
        >
          Describe
        </ButtonLink>
        <MoreMenu />
        <Button
          size="xs"
          loading={isMoving}
          onClick={onNext}
          rightSection={<KeyOf command={editorCommand("image.next")} />}
          leftSection={<IconPlayerTrackNext size={15} aria-hidden />}
        >
          {ends ? END[queue ?? "whole"] : "Next"}
        </Button>
      </Group>
    </header>
  );
}

/** What the image is; of one that was returned, the way to the reviewer's words. */
function Status({ detail, onShowWhy }: { detail: ImageDetail; onShowWhy: () => void }) {
  const why = whyReturned(detail);
  if (detail.status === "todo") return null;
  if (why === null) return <StatusBadge status={detail.status} />;
  return (
    <Tooltip label={why} multiline maw={320}>
      <UnstyledButton onClick={onShowWhy} aria-label="Returned: show why" lh={1}>
        <StatusBadge status={detail.status} />
      </UnstyledButton>
    </Tooltip>
  );
}

/** Something about the image, in a word, and what it means. */
function Told({ icon, text, why }: { icon: ReactNode; text: string; why: string }) {
  return (
    <Tooltip label={why}>
      <Badge leftSection={icon} color="gray">
        {text}
      </Badge>
    </Tooltip>
  );
}
