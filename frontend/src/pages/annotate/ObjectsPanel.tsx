import { Group, Text } from "@mantine/core";
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
import { useCallback, useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal } from "@/components/useSignal";
import { missingOf } from "@/editor/attributes";
import { maskFromRLE } from "@/editor/mask";
import { listMasks } from "@/editor/object-list";
import { liveMasks } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import { Attributes } from "./attributes/Attributes";
import type { LabelChoice } from "./LabelToolbar";
import { ListControls } from "./ListControls";
import { ObjectRow, RowAction } from "./ObjectRow";
import type { ImageInView } from "./open-image";
import { VirtualList } from "./VirtualList";

interface Props {
  image: ImageInView;
  stage: Stage | null;
  labels: readonly LabelChoice[];
  onReveal: (id: string) => void;
}

/** The masks of the image, parts under their wholes. */
export function ObjectsPanel({ image, stage, labels, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignal(editor.annotations);
  const selection = useSignal(editor.selection);
  const alsoSelected = useSignal(editor.alsoSelected);
  const hover = useSignal(editor.hover);
  const hidden = useSignal(editor.hidden);
  const solo = useSignal(editor.view.solo);
  const locked = useSignal(editor.view.locked);
  const list = useSignal(editor.view.list);
  const definitions = useSignal(editor.definitions);
  useSignal(editor.view.look); // the colours of the pictures change with these
  useSignal(editor.view.comparesSets);
  const isReadOnly = useSignal(editor.isReadOnly);
  const names = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);
  const nameOf = useCallback(
    (label: number | null) => (label === null ? "No label" : (names.get(label) ?? "Deleted label")),
    [names],
  );
  const masks = useMemo(() => liveMasks(annotations), [annotations]);
  const rows = useMemo(() => listMasks(masks, list, nameOf), [masks, list, nameOf]);

  return (
    <section className={classes.section} style={{ flex: 1 }} aria-label="Objects">
      <div className={classes.sectionHead}>
        Objects <span className={classes.count}>{formatCount(masks.length)}</span>
      </div>
      {masks.length > 0 && (
        <Group gap={6} wrap="nowrap" px={12} pb={6}>
          <ListControls editor={editor} />
        </Group>
      )}
      {rows.length === 0 && (
        <Text size="xs" c="dimmed" px={12} pb={12}>
          {masks.length === 0
            ? "Nothing yet. Click an object, or accept a proposal."
            : "No object matches the filter."}
        </Text>
      )}
      <VirtualList
        items={rows}
        rowHeight_px={44}
        label="Objects"
        focused={rows.findIndex(({ id }) => id === selection?.id)}
      >
        {({ row, depth, parts }) => {
          const mask = maskFromRLE(row.rle);
          const isHidden = solo.size > 0 ? !solo.has(row.id) : hidden.has(row.id);
          const isLocked = locked.has(row.id);
          const isFolded = list.folded.has(row.id);
          const name = nameOf(row.label);
          return (
            <ObjectRow
              editor={editor}
              bitmap={image.bitmap}
              target={{ kind: "mask", id: row.id }}
              rle={row.rle}
              colour={stage?.colourOf(row) ?? "#7b86ee"}
              name={name}
              depth={depth}
              facts={`${formatCount(mask.area_px)} px${row.author === null ? " · imported" : ` · ${row.author}`}`}
              needs={missingOf(row, definitions).map((each) => each.name)}
              isSelected={selection?.id === row.id || alsoSelected.has(row.id)}
              isHovered={hover?.id === row.id}
              onReveal={() => onReveal(row.id)}
            >
              {selection?.id === row.id && (
                <RowAction
                  label={`History of ${name}`}
                  onClick={() => editor.view.historyOf.set(row.id)}
                >
                  <IconHistory size={15} aria-hidden />
                </RowAction>
              )}
              {parts > 0 && (
                <RowAction
                  label={isFolded ? `Show the ${parts} parts of ${name}` : `Fold ${name}`}
                  onClick={() => editor.view.setFolded(row.id, !isFolded)}
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
                onClick={() => editor.view.setLocked([row.id], !isLocked)}
              >
                {isLocked ? (
                  <IconLock size={15} aria-hidden />
                ) : (
                  <IconLockOpen size={15} aria-hidden />
                )}
              </RowAction>
              <RowAction
                label={isHidden ? `Show ${name}` : `Hide ${name}`}
                onClick={() => editor.view.show(row.id, isHidden)}
              >
                {isHidden ? (
                  <IconEyeOff size={15} aria-hidden />
                ) : (
                  <IconEye size={15} aria-hidden />
                )}
              </RowAction>
              <RowAction
                label={`Delete ${name}`}
                disabled={isReadOnly || isLocked}
                onClick={() => {
                  editor.selection.set({ kind: "mask", id: row.id });
                  editor.remove();
                }}
              >
                <IconTrash size={15} aria-hidden />
              </RowAction>
            </ObjectRow>
          );
        }}
      </VirtualList>
      <Attributes {...{ editor, labels }} />
    </section>
  );
}
