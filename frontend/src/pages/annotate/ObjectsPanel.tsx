import { Group, Text } from "@mantine/core";
import { useCallback, useMemo, useRef } from "react";
import { formatCount } from "@/components/format";
import { useSignal, useSignalLater } from "@/components/useSignal";
import { missingOf } from "@/editor/attributes";
import { listMasks } from "@/editor/object-list";
import { liveMasks } from "@/editor/picking";
import type { Stage } from "@/editor/render/stage";
import { selectTo } from "@/editor/several";
import classes from "./AnnotatePage.module.css";
import { Attributes } from "./attributes/Attributes";
import { ListControls } from "./ListControls";
import type { LabelChoice } from "./label-choice";
import { MaskItem } from "./MaskItem";
import type { ImageInView } from "./open-image";
import { listHandlers, TreeDrag } from "./tree-drag";
import { rowsIn, VirtualList } from "./VirtualList";

interface Props {
  image: ImageInView;
  stage: Stage | null;
  labels: readonly LabelChoice[];
  onReveal: (id: string) => void;
}

/** The masks of the image, parts under their wholes. */
export function ObjectsPanel({ image, stage, labels, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignalLater(editor.annotations);
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
  const drag = useMemo(() => new TreeDrag(editor), [editor]);
  const landing = useSignal(drag.landing);
  const hasPart = useSignal(drag.hasPart);
  const names = useMemo(() => new Map(labels.map(({ id, name }) => [id, name])), [labels]);
  const nameOf = useCallback(
    (label: number | null) => (label === null ? "No label" : (names.get(label) ?? "Deleted label")),
    [names],
  );
  const masks = useMemo(() => liveMasks(annotations), [annotations]);
  const rows = useMemo(() => listMasks(masks, list, nameOf), [masks, list, nameOf]);
  const listed = useRef(rows);
  listed.current = rows;
  const onSelectTo = useCallback(
    (id: string) =>
      selectTo(
        editor,
        listed.current.map((row) => row.id),
        id,
      ),
    [editor],
  );

  return (
    <section
      className={`${classes.section} ${classes.objects}`}
      style={rowsIn(rows.length)}
      aria-label="Objects"
      {...listHandlers(drag)}
    >
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
        {({ row, depth, parts }) => (
          <MaskItem
            {...{ editor, row, depth, parts, isReadOnly, onReveal, onSelectTo, drag }}
            isLanding={landing === row.id}
            bitmap={image.bitmap}
            colour={stage?.colourOf(row) ?? "#7b86ee"}
            name={nameOf(row.label)}
            needs={missingOf(row, definitions)
              .map((each) => each.name)
              .join(", ")}
            isChosen={selection?.id === row.id}
            isAlsoChosen={alsoSelected.has(row.id)}
            isHovered={hover?.id === row.id}
            isHidden={solo.size > 0 ? !solo.has(row.id) : hidden.has(row.id)}
            isLocked={locked.has(row.id)}
            isFolded={list.folded.has(row.id)}
          />
        )}
      </VirtualList>
      {hasPart && (
        <div className={classes.landing} data-landing={landing === null || undefined}>
          No longer a part
        </div>
      )}
      <Attributes {...{ editor, labels }} />
    </section>
  );
}
