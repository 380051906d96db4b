import { Button, Group, Popover, Stack, Textarea, Tooltip } from "@mantine/core";
import { IconArrowBack, IconChecks } from "@tabler/icons-react";
import { plural } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import type { Signal } from "@/editor/signal";
import type { Verdict } from "./review/useVerdict";

const LONGEST = 5000; // characters, as the server has it

interface Props {
  verdict: Verdict;
  /** Of a return, not sent yet. */
  message: Signal<string>;
  isMoving: boolean;
  /** They go back with the image: without any, a message must say why. */
  openComments: number;
  /** False where the main button approves. */
  mayApprove: boolean;
}

/** A reviewer's verdict on a finished image, and the way back from it. */
export function ReviewButtons({ verdict, message, isMoving, openComments, mayApprove }: Props) {
  const comment = useSignal(message);
  if (verdict.isReturned) {
    return (
      <Tooltip label="The image waits for review again, if nobody has gone on with it">
        <Button size="xs" variant="default" loading={isMoving} onClick={verdict.takeBack}>
          Take back
        </Button>
      </Tooltip>
    );
  }
  if (verdict.whyNoReturn !== null) return null;
  return (
    <Group gap={6} wrap="nowrap">
      <Popover
        position="bottom-end"
        width={280}
        trapFocus
        opened={verdict.isReturning}
        onChange={verdict.setReturning}
      >
        <Popover.Target>
          <Button
            size="xs"
            variant="default"
            aria-keyshortcuts="Shift+R"
            leftSection={<IconArrowBack size={15} aria-hidden />}
            onClick={() => verdict.setReturning(!verdict.isReturning)}
          >
            Return
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <Textarea
              data-autofocus
              label="What should be changed?"
              description={
                openComments > 0 &&
                `${plural(openComments, "open comment goes", "open comments go")} back with the image. Say more here, or nothing.`
              }
              autosize
              minRows={2}
              maxLength={LONGEST}
              value={comment}
              onChange={(event) => message.set(event.currentTarget.value)}
            />
            <Button
              size="xs"
              disabled={comment.trim() === "" && openComments === 0}
              loading={isMoving}
              onClick={() => verdict.sendBack(comment)}
            >
              Return to the annotator
            </Button>
          </Stack>
        </Popover.Dropdown>
      </Popover>
      {mayApprove && verdict.whyNoApproval === null && (
        <Button
          size="xs"
          variant="light"
          color="teal"
          aria-keyshortcuts="Shift+A"
          loading={isMoving}
          leftSection={<IconChecks size={15} aria-hidden />}
          onClick={verdict.approve}
        >
          Approve
        </Button>
      )}
    </Group>
  );
}
