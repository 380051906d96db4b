import { Button, Group, Slider, Text, Tooltip } from "@mantine/core";
import { IconCheck, IconX } from "@tabler/icons-react";
import { useMemo } from "react";
import { formatCount, formatPercent } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import type { SizeHW } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { ProposalRow } from "@/editor/operations";
import { type ObjectRef, pendingProposals } from "@/editor/picking";
import { instanceColour } from "@/editor/render/colours";
import classes from "./AnnotatePage.module.css";
import type { ImageDetail } from "./api";
import { ObjectRow, RowAction } from "./ObjectRow";
import type { ImageInView } from "./open-image";
import { coversMost, shareOfImage, sureProposals } from "./sure";
import { VirtualList } from "./VirtualList";

interface Props {
  image: ImageInView;
  onReveal: (id: string) => void;
}

/** What the model proposes and nobody has decided, the surest first. */
export function ProposalsPanel({ image, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignal(editor.annotations);
  const selection = useSignal(editor.selection);
  const hover = useSignal(editor.hover);
  const threshold = useSignal(editor.threshold);
  const isReadOnly = useSignal(editor.isReadOnly);
  const detail = useSignal(image.detail);
  const rows = useMemo(() => pendingProposals(annotations), [annotations]);
  const { accepted, left } = useMemo(
    () => sureProposals(rows, threshold, editor.size_hw),
    [rows, threshold, editor],
  );

  const cannotAccept = accepted.length === 0 || isReadOnly;

  if (rows.length === 0) {
    return (
      <section className={classes.section} aria-label="Proposals">
        <div className={classes.sectionHead}>
          Proposals <span className={classes.count}>0</span>
        </div>
        <Text size="xs" c="dimmed" px={12} pb={10}>
          {whyNone(detail)}
        </Text>
      </section>
    );
  }
  return (
    <section className={`${classes.section} ${classes.proposals}`} aria-label="Proposals">
      <div className={classes.sectionHead}>
        Proposals <span className={classes.count}>{formatCount(rows.length)}</span>
      </div>
      <Group gap={10} px={12} pb={8} wrap="nowrap">
        <Slider
          flex={1}
          size="sm"
          min={0.5}
          max={1}
          step={0.01}
          value={threshold}
          onChange={(value) => editor.threshold.set(value)}
          label={(value) => `predicted IoU ≥ ${value.toFixed(2)}`}
          thumbLabel="Lowest predicted IoU to accept"
        />
        <Tooltip
          label={`Accept those whose predicted IoU is at least ${threshold.toFixed(2)}`}
          position="bottom-end"
        >
          <Button
            size="compact-xs"
            variant="light"
            // Not `disabled`: a focused button that is would swallow the keys that follow.
            data-disabled={cannotAccept || undefined}
            aria-disabled={cannotAccept || undefined}
            onClick={() => editor.acceptAll(accepted)}
          >
            Accept {formatCount(accepted.length)} ≥ {threshold.toFixed(2)}
          </Button>
        </Tooltip>
      </Group>
      {left.length > 0 && (
        <Text size="xs" c="dimmed" px={12} pb={8} role="note">
          {left.length === 1
            ? "1 covers most of the image and is left for you."
            : `${formatCount(left.length)} cover most of the image and are left for you.`}
        </Text>
      )}
      <VirtualList
        items={rows}
        rowHeight_px={44}
        label="Proposals"
        focused={rows.findIndex(({ id }) => id === selection?.id)}
      >
        {(row, index) => {
          const target: ObjectRef = { kind: "proposal", id: row.id };
          const decide = (act: () => void): void => {
            editor.selection.set(target);
            act();
          };
          return (
            <ObjectRow
              editor={editor}
              bitmap={image.bitmap}
              target={target}
              rle={row.rle}
              colour={instanceColour(row.id)}
              name={`Proposal ${index + 1}`}
              facts={factsOf(row, editor.size_hw)}
              isSelected={selection?.id === row.id}
              isHovered={hover?.id === row.id}
              onReveal={() => onReveal(row.id)}
            >
              <RowAction
                label={`Accept proposal ${index + 1}`}
                disabled={isReadOnly}
                onClick={() => decide(() => editor.accept())}
              >
                <IconCheck size={15} aria-hidden />
              </RowAction>
              <RowAction
                label={`Reject proposal ${index + 1}`}
                disabled={isReadOnly}
                onClick={() => decide(() => editor.reject())}
              >
                <IconX size={15} aria-hidden />
              </RowAction>
            </ObjectRow>
          );
        }}
      </VirtualList>
    </section>
  );
}

function whyNone({ is_holdout, slot }: ImageDetail): string {
  if (is_holdout) {
    return "None: this image is on the blind holdout, which people annotate without proposals.";
  }
  if (slot > 0) return "None: another person does this image as well, and you work without them.";
  return "None waits for a verdict. Add what is missing.";
}

const SENT_ON: Partial<Record<ProposalRow["state"], string>> = {
  needs_work: "Needs work · ",
  not_sure: "Not sure · ",
};

function factsOf(row: ProposalRow, size_hw: SizeHW): string {
  const size = coversMost(row, size_hw)
    ? `${formatPercent(shareOfImage(row, size_hw))} of the image`
    : `${formatCount(maskFromRLE(row.rle).area_px)} px`;
  return `${SENT_ON[row.state] ?? ""}IoU ${row.predicted_iou.toFixed(2)} · ${size}`;
}
