import { Text } from "@mantine/core";
import { IconChevronDown, IconChevronRight } from "@tabler/icons-react";
import { useMemo } from "react";
import { formatCount } from "@/components/format";
import { useSignal, useSignalLater } from "@/components/useSignal";
import { type Doubles, inTurn } from "@/editor/near-duplicates";
import { type Annotations, isLive, type MaskRow, type ProposalRow } from "@/editor/operations";
import { pendingProposals } from "@/editor/picking";
import { ownLabelOf } from "@/editor/proposal-labels";
import { AcceptSure } from "./AcceptSure";
import classes from "./AnnotatePage.module.css";
import type { ImageDetail } from "./api";
import type { LabelChoice } from "./label-choice";
import type { ImageInView } from "./open-image";
import { ProposalItem } from "./ProposalItem";
import { rowsIn, VirtualList } from "./VirtualList";

interface Props {
  image: ImageInView;
  labels: readonly LabelChoice[];
  onReveal: (id: string) => void;
}

/** What the model proposes and nobody has decided, the surest first and what is there already last. */
export function ProposalsPanel({ image, labels, onReveal }: Props) {
  const { editor } = image;
  const annotations = useSignalLater(editor.annotations);
  const isFolded = useSignal(editor.view.foldsProposals);
  const detail = useSignal(image.detail);
  const doubles = useSignal(editor.nearDuplicates.found);
  const rows = useMemo(
    () => inTurn(pendingProposals(annotations), doubles),
    [annotations, doubles],
  );

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
    <section
      className={`${classes.section} ${classes.proposals}`}
      style={rowsIn(isFolded ? 0 : rows.length)}
      aria-label="Proposals"
    >
      <Head {...{ image, isFolded }} count={rows.length} />
      {!isFolded && (
        <>
          <AcceptSure {...{ editor, labels, rows, doubles }} />
          <List {...{ image, labels, annotations, rows, doubles, onReveal }} />
        </>
      )}
    </section>
  );
}

interface HeadProps {
  image: ImageInView;
  count: number;
  isFolded: boolean;
}

/** Folds the list, and unfolds it. */
function Head({ image, count, isFolded }: HeadProps) {
  const { showsProposals, foldsProposals } = image.editor.view;
  const isShown = useSignal(showsProposals);
  const Chevron = isFolded ? IconChevronRight : IconChevronDown;
  return (
    <button
      type="button"
      className={`${classes.sectionHead} ${classes.foldHead}`}
      aria-expanded={!isFolded}
      onClick={() => foldsProposals.set(!isFolded)}
    >
      <span className={classes.foldName}>
        <Chevron size={15} aria-hidden />
        Proposals
      </span>{" "}
      <span className={classes.count}>
        {formatCount(count)}
        {!isShown && " · hidden on the image"}
      </span>
    </button>
  );
}

interface ListProps extends Props {
  annotations: Annotations;
  rows: readonly ProposalRow[];
  doubles: Doubles;
}

function List({ image, labels, rows, onReveal, ...now }: ListProps) {
  const { editor } = image;
  const { masks } = now.annotations;
  const selection = useSignal(editor.selection);
  const hover = useSignal(editor.hover);
  const isReadOnly = useSignal(editor.isReadOnly);
  useSignal(editor.relabelled);
  const own = rows.map((row) => ownLabelOf(editor, row));
  const hasNames = own.some((label) => label !== null);
  return (
    <VirtualList
      items={rows}
      rowHeight_px={44}
      label="Proposals"
      focused={rows.findIndex(({ id }) => id === selection?.id)}
    >
      {(row, index) => (
        <ProposalItem
          {...{ editor, row, index, isReadOnly, onReveal }}
          label={labels.find(({ id }) => id === own[index])}
          hasNames={hasNames}
          double={doubleInWords(masks.get(now.doubles.get(row.id) ?? ""), labels)}
          bitmap={image.bitmap}
          isSelected={selection?.id === row.id}
          isHovered={hover?.id === row.id}
        />
      )}
    </VirtualList>
  );
}

/** What is there already, by its label; nothing where it is gone since. */
function doubleInWords(mask: MaskRow | undefined, labels: readonly LabelChoice[]): string {
  if (mask === undefined || !isLive(mask)) return "";
  const label = labels.find(({ id }) => id === mask.label);
  return label === undefined ? "Already here" : `Already here: ${label.name}`;
}

function whyNone({ is_holdout, slot }: ImageDetail): string {
  if (is_holdout) {
    return "None: this image is on the blind holdout, which people annotate without proposals.";
  }
  if (slot > 0) return "None: another person does this image as well, and you work without them.";
  return "None waits for a verdict. Add what is missing.";
}
