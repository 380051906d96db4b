import { Button, Group, Slider, Text, Tooltip } from "@mantine/core";
import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal, useSignalLater } from "@/components/useSignal";
import { pendingProposals } from "@/editor/picking";
import classes from "./AnnotatePage.module.css";
import type { ImageDetail } from "./api";
import type { LabelChoice } from "./LabelToolbar";
import type { ImageInView } from "./open-image";
import { ProposalItem } from "./ProposalItem";
import { sureProposals } from "./sure";
import { VirtualList } from "./VirtualList";

interface Props {
  image: ImageInView;
  labels: readonly LabelChoice[];
  onReveal: (id: string) => void;
}

/** What the model proposes and nobody has decided, the surest first. */
export function ProposalsPanel({ image, labels, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignalLater(editor.annotations);
  const selection = useSignal(editor.selection);
  const hover = useSignal(editor.hover);
  const threshold = useSignal(editor.threshold);
  const showsProposals = useSignal(editor.showsProposals);
  const isReadOnly = useSignal(editor.isReadOnly);
  const detail = useSignal(image.detail);
  const next = useSignal(editor.label);
  const label = labels.find(({ id }) => id === next);
  const as = label === undefined ? "without a label" : `as ${label.name}`;
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
        Proposals{" "}
        <span className={classes.count}>
          {formatCount(rows.length)}
          {!showsProposals && " · hidden on the image"}
        </span>
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
          label={`Accept those whose predicted IoU is at least ${threshold.toFixed(2)}, ${as}`}
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
      {accepted.some((row) => row.label === null) && (
        <Text size="xs" c="dimmed" px={12} pb={8} truncate>
          They are accepted {as}.
        </Text>
      )}
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
        {(row, index) => (
          <ProposalItem
            {...{ editor, row, index, isReadOnly, onReveal }}
            bitmap={image.bitmap}
            isSelected={selection?.id === row.id}
            isHovered={hover?.id === row.id}
          />
        )}
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
