import {
  IconChevronDown,
  IconChevronRight,
  IconEye,
  IconEyeOff,
  IconHistory,
  IconLock,
  IconLockOpen,
  IconTrash,
} from "@tabler/icons-react";
import { memo } from "react";
import { formatCount } from "@/components/format";
import type { Editor } from "@/editor/editor";
import { maskFromRLE } from "@/editor/mask";
import { makerOf } from "@/editor/object-list";
import type { MaskRow } from "@/editor/operations";
import { ObjectRow, RowAction } from "./ObjectRow";
import { rowHandlers, type TreeDrag } from "./tree-drag";

interface Props {
  editor: Editor;
  bitmap: ImageBitmap;
  row: MaskRow;
  depth: number;
  parts: number;
  colour: string;
  name: string;
  /** The required attributes that it lacks, in words. */
  needs: string;
  isChosen: boolean;
  isAlsoChosen: boolean;
  isHovered: boolean;
  isHidden: boolean;
  isLocked: boolean;
  isFolded: boolean;
  isReadOnly: boolean;
  drag: TreeDrag;
  isLanding: boolean;
  onReveal: (id: string) => void;
  onSelectTo: (id: string) => void;
}

/** One mask of the list. It is rendered again only when it changed: a key press changes one. */
export const MaskItem = memo(({ editor, row, name, ...props }: Props) => {
  const { id } = row;
  const { parts, isHidden, isLocked, isFolded } = props;
  const area = `${formatCount(maskFromRLE(row.rle).area_px)} px`;
  const said = row.caption === "" ? "" : `“${row.caption}” · `; // first: the line is short
  return (
    <ObjectRow
      editor={editor}
      bitmap={props.bitmap}
      target={{ kind: "mask", id }}
      rle={row.rle}
      colour={props.colour}
      name={name}
      depth={props.depth}
      facts={`${said}${area} · ${makerOf(row)}`}
      tip={row.caption}
      mark={props.needs === "" ? "" : `needs ${props.needs}`}
      isSelected={props.isChosen || props.isAlsoChosen}
      isHovered={props.isHovered}
      drag={props.isReadOnly ? undefined : rowHandlers(props.drag, id)}
      isLanding={props.isLanding}
      onReveal={() => props.onReveal(id)}
      onSelectTo={() => props.onSelectTo(id)}
    >
      {props.isChosen && (
        <RowAction label={`History of ${name}`} onClick={() => editor.view.historyOf.set(id)}>
          <IconHistory size={15} aria-hidden />
        </RowAction>
      )}
      {parts > 0 && (
        <RowAction
          label={isFolded ? `Show the ${parts} parts of ${name}` : `Fold ${name}`}
          onClick={() => editor.view.setFolded(id, !isFolded)}
        >
          {isFolded ? (
            <IconChevronRight size={15} aria-hidden />
          ) : (
            <IconChevronDown size={15} aria-hidden />
          )}
        </RowAction>
      )}
      <RowAction
        label={isLocked ? `Unlock ${name}` : `Lock ${name}`}
        onClick={() => editor.view.setLocked([id], !isLocked)}
      >
        {isLocked ? <IconLock size={15} aria-hidden /> : <IconLockOpen size={15} aria-hidden />}
      </RowAction>
      <RowAction
        label={isHidden ? `Show ${name}` : `Hide ${name}`}
        onClick={() => editor.view.show(id, isHidden)}
      >
        {isHidden ? <IconEyeOff size={15} aria-hidden /> : <IconEye size={15} aria-hidden />}
      </RowAction>
      <RowAction
        label={`Delete ${name}`}
        disabled={props.isReadOnly || isLocked}
        onClick={() => {
          editor.selection.set({ kind: "mask", id });
          editor.remove();
        }}
      >
        <IconTrash size={15} aria-hidden />
      </RowAction>
    </ObjectRow>
  );
});
