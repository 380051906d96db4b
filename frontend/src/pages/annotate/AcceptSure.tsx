import { Button, Group, Slider, Text, Tooltip } from "@mantine/core";
import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import type { Editor } from "@/editor/editor";
import type { Doubles } from "@/editor/near-duplicates";
import type { ProposalRow } from "@/editor/operations";
import { ownLabelOf } from "@/editor/proposal-labels";
import type { LabelChoice } from "./label-choice";
import { sureProposals } from "./sure";

interface Props {
  editor: Editor;
  labels: readonly LabelChoice[];
  rows: readonly ProposalRow[];
  doubles: Doubles;
}

/** Accepts all that the model is sure of at once, and says what is left to the person. */
export function AcceptSure({ editor, labels, rows, doubles }: Props) {
  const threshold = useSignal(editor.threshold);
  const isReadOnly = useSignal(editor.isReadOnly);
  const next = useSignal(editor.label);
  useSignal(editor.relabelled);
  const label = labels.find(({ id }) => id === next);
  const as = label === undefined ? "without a label" : `as ${label.name}`;
  const { accepted, left, doubled } = useMemo(
    () => sureProposals(rows, threshold, editor.size_hw, doubles),
    [rows, threshold, editor, doubles],
  );

  const unnamed = accepted.filter((row) => ownLabelOf(editor, row) === null).length;
  const whose = unnamed === accepted.length ? "They" : "Unknown ones";
  const cannotAccept = accepted.length === 0 || isReadOnly;

  return (
    <>
      <Group gap={10} px={12} pb={8} wrap="nowrap">
        <Slider
          flex={1}
          size="sm"
          min={0.5}
          max={1}
          step={0.01}
          value={threshold}
          onChange={(value) => editor.threshold.set(value)}
          label={(value) => `sure ≥ ${value.toFixed(2)}`}
          thumbLabel="How sure the model must be"
        />
        <Tooltip
          label={`Accept those that the model is sure of by at least ${threshold.toFixed(2)}`}
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
      {unnamed > 0 && (
        <Text size="xs" c="dimmed" px={12} pb={8} truncate flex="none">
          {whose} are accepted {as}.
        </Text>
      )}
      <Left count={left.length} one="covers most of the image" many="cover most of the image" />
      <Left count={doubled.length} one="is already here" many="are already here" />
    </>
  );
}

interface LeftProps {
  count: number;
  one: string;
  many: string;
}

/** How many are as sure, and why they are not accepted with the others. */
function Left({ count, one, many }: LeftProps) {
  if (count === 0) return null;
  return (
    <Text size="xs" c="dimmed" px={12} pb={8} role="note">
      {count === 1
        ? `1 ${one} and is left for you.`
        : `${formatCount(count)} ${many} and are left for you.`}
    </Text>
  );
}
