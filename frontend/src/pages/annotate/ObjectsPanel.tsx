import { Text } from "@mantine/core";
import { IconEye, IconEyeOff, IconTrash } from "@tabler/icons-react";
import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { maskFromRLE } from "@/editor/mask";
import { liveMasks } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import classes from "./AnnotatePage.module.css";
import type { LabelChoice } from "./LabelBar";
import { ObjectRow, RowAction } from "./ObjectRow";
import type { OpenImage } from "./open-image";
import { useSignal } from "./useSignal";
import { VirtualList } from "./VirtualList";

interface Props {
  image: OpenImage;
  stage: Stage | null;
  labels: readonly LabelChoice[];
  onReveal: (id: string) => void;
}

/** The masks of the image, the newest first. */
export function ObjectsPanel({ image, stage, labels, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignal(editor.annotations);
  const selection = useSignal(editor.selection);
  const alsoSelected = useSignal(editor.alsoSelected);
  const hover = useSignal(editor.hover);
  const hidden = useSignal(editor.hidden);
  const isReadOnly = useSignal(editor.isReadOnly);
  const rows = useMemo(() => liveMasks(annotations).reverse(), [annotations]);
  const names = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);

  return (
    <section className={classes.section} style={{ flex: 1 }} aria-label="Objects">
      <div className={classes.sectionHead}>
        Objects <span className={classes.count}>{formatCount(rows.length)}</span>
      </div>
      {rows.length === 0 && (
        <Text size="xs" c="dimmed" px={12} pb={12}>
          Nothing yet. Click an object, or accept a proposal.
        </Text>
      )}
      <VirtualList
        items={rows}
        rowHeight_px={44}
        label="Objects"
        focused={rows.findIndex(({ id }) => id === selection?.id)}
      >
        {(row) => {
          const mask = maskFromRLE(row.rle);
          const isHidden = hidden.has(row.id);
          const name = row.label === null ? "No label" : (names.get(row.label) ?? "Deleted label");
          return (
            <ObjectRow
              editor={editor}
              bitmap={image.bitmap}
              target={{ kind: "mask", id: row.id }}
              rle={row.rle}
              colour={stage?.colourOf(row) ?? "#7b86ee"}
              name={name}
              facts={`${formatCount(mask.area_px)} px${row.author === null ? " · imported" : ` · ${row.author}`}`}
              isSelected={selection?.id === row.id || alsoSelected.has(row.id)}
              isHovered={hover?.id === row.id}
              onReveal={() => onReveal(row.id)}
            >
              <RowAction
                label={isHidden ? `Show ${name}` : `Hide ${name}`}
                onClick={() => editor.setHidden(row.id, !isHidden)}
              >
                {isHidden ? (
                  <IconEyeOff size={15} aria-hidden />
                ) : (
                  <IconEye size={15} aria-hidden />
                )}
              </RowAction>
              <RowAction
                label={`Delete ${name}`}
                disabled={isReadOnly}
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
    </section>
  );
}
