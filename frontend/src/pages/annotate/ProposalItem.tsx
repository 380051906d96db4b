import { IconCheck, IconX } from "@tabler/icons-react";
import { memo } from "react";
import { formatCount, formatPercent } from "@/components/format";
import type { Editor } from "@/editor/editor";
import type { SizeHW } from "@/editor/geometry";
import { maskFromRLE } from "@/editor/mask";
import type { ProposalRow } from "@/editor/operations";
import type { ObjectRef } from "@/editor/picking";
import { instanceColour } from "@/editor/render/colours";
import type { LabelChoice } from "./label-choice";
import { ObjectRow, RowAction } from "./ObjectRow";
import { coversMost, shareOfImage, sureWords } from "./sure";

interface Props {
  editor: Editor;
  bitmap: ImageBitmap;
  row: ProposalRow;
  index: number;
  /** What it is called; undefined where nobody is sure. */
  label: LabelChoice | undefined;
  /** Whether proposals of this image are called anything. */
  hasNames: boolean;
  /** Which object is there already that it is nearly the same as, in words; empty where none is. */
  double: string;
  isSelected: boolean;
  isHovered: boolean;
  isReadOnly: boolean;
  onReveal: (id: string) => void;
}

/** One proposal of the list, rendered again only when it changed. */
export const ProposalItem = memo(
  ({ editor, row, index, label, hasNames, isReadOnly, ...props }: Props) => {
    const target: ObjectRef = { kind: "proposal", id: row.id };
    const decide = (act: () => void): void => {
      editor.selection.set(target);
      act();
    };
    return (
      <ObjectRow
        editor={editor}
        bitmap={props.bitmap}
        target={target}
        rle={row.rle}
        colour={instanceColour(row.id)}
        name={`Proposal ${index + 1}${hasNames ? `: ${label?.name ?? "unknown"}` : ""}`}
        dot={label?.color}
        mark={props.double}
        facts={factsOf(row, editor.size_hw)}
        isSelected={props.isSelected}
        isHovered={props.isHovered}
        onReveal={() => props.onReveal(row.id)}
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
  },
);

const SENT_ON: Partial<Record<ProposalRow["state"], string>> = {
  needs_work: "Needs work · ",
  not_sure: "Not sure · ",
};

function factsOf(row: ProposalRow, size_hw: SizeHW): string {
  const size = coversMost(row, size_hw)
    ? `${formatPercent(shareOfImage(row, size_hw))} of the image`
    : `${formatCount(maskFromRLE(row.rle).area_px)} px`;
  return `${SENT_ON[row.state] ?? ""}${sureWords(row)} · ${size}`;
}
