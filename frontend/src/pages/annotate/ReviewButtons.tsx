import { Button, Group, Popover, Stack, Textarea } from "@mantine/core";
import { IconArrowBack, IconChecks } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { reviewNotesQuery } from "@/api/comments";
import type { Project } from "@/api/types";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { reviewImage } from "./api";
import type { OpenImage } from "./open-image";

const LONGEST = 5000; // characters, as the server has it

interface Props {
  project: Project;
  image: OpenImage;
  /** They go back with the image: without any, a message must say why. */
  openComments: number;
}

/** A reviewer's verdict on a finished image; an approval can still be taken back by returning. */
export function ReviewButtons({ project, image, openComments }: Props) {
  const detail = useSignal(image.detail);
  const [comment, setComment] = useState("");
  const queries = useQueryClient();
  const review = useMutation({
    mutationFn: (verdict: "reviewed" | "returned") => reviewImage(detail.id, verdict, comment),
    onSuccess: () => {
      void queries.invalidateQueries(reviewNotesQuery(detail.id)); // what was said is sealed now
      return image.refresh();
    },
  });
  const isApproved = detail.status === "reviewed";
  if (project.role === "annotator" || !(isApproved || detail.status === "done")) return null;
  return (
    <Group gap={6} wrap="nowrap">
      <Popover position="bottom-end" width={280} trapFocus>
        <Popover.Target>
          <Button size="xs" variant="default" leftSection={<IconArrowBack size={15} aria-hidden />}>
            Return
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <Textarea
              label="What should be changed?"
              description={
                openComments > 0 &&
                `${plural(openComments, "open comment goes", "open comments go")} back with the image. Say more here, or nothing.`
              }
              autosize
              minRows={2}
              maxLength={LONGEST}
              value={comment}
              onChange={(event) => setComment(event.currentTarget.value)}
            />
            <Button
              size="xs"
              disabled={comment.trim() === "" && openComments === 0}
              loading={review.isPending}
              onClick={() => review.mutate("returned")}
            >
              Return to the annotator
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {!isApproved && (
        <Button
          size="xs"
          variant="light"
          color="teal"
          loading={review.isPending}
          leftSection={<IconChecks size={15} aria-hidden />}
          onClick={() => review.mutate("reviewed")}
        >
          Approve
        </Button>
      )}
    </Group>
  );
}
