import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCircleCheckFilled, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Phrase } from "@/api/grounding";
import type { ImageDetail, Word } from "@/api/types";
import { useProjectId } from "@/app/ProjectLayout";
import { formatClock } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { useSignal } from "@/components/useSignal";
import classes from "./Grounding.module.css";
import type { ImageGrounding } from "./GroundingContext";
import { around, isUnsure, maskNames, shownBy } from "./phrases";
import type { Showing, Shown } from "./showing";
import { takeKey } from "./usePhraseWords";

interface Props {
  phrase: Phrase;
  image: ImageDetail;
  said: ImageGrounding;
  /** Of the text that it is a part of. */
  words: readonly Word[];
}

/** One phrase among its words: what it speaks of, and two answers to that. */
export function PhraseRow({ phrase, image, said, words }: Props) {
  const { id, text, masks, kind, author } = phrase;
  const hasMask = masks.length > 0;
  const { before, after, start_s } = around(phrase, words);
  const row = useRow(said.showing, `phrase ${id}`, shownBy(phrase));
  return (
    <li className={classes.row} {...row.li}>
      <UnstyledButton
        className={classes.phrase}
        title={start_s === null ? undefined : `Said at ${formatClock(start_s)}`}
        {...row.button}
        onKeyDown={(event) => {
          if (takeKey(event.key, phrase, said.decide)) event.preventDefault();
        }}
      >
        <span className={classes.around}>{before && `… ${before} `}</span>
        <b>{text}</b>
        <span className={classes.around}>{after && ` ${after} …`}</span>
        <span className={classes.masks}>
          {hasMask ? maskNames(masks, image) : "No mask"}
          {isUnsure(phrase) && ", unsure"}
        </span>
      </UnstyledButton>
      {!hasMask && <DrawLink image={image.id} text={text} />}
      {hasMask && kind === "confirmed" && (
        <IconCircleCheckFilled
          size={16}
          color="var(--mantine-color-teal-filled)"
          role="img"
          aria-label={`Confirmed by ${author ?? "someone"}`}
        />
      )}
      {hasMask && kind === "proposed" && (
        <Answer
          label={`“${text}” is this mask`}
          onClick={() => said.decide({ phrase: id, kind: "confirmed", masks })}
        >
          <IconCheck size={15} aria-hidden />
        </Answer>
      )}
      <Answer
        label={hasMask ? `“${text}” is not this mask` : `“${text}” needs no mask`}
        onClick={() =>
          said.decide({ phrase: id, kind: hasMask ? "removed" : "dismissed", masks: [] })
        }
      >
        <IconX size={15} aria-hidden />
      </Answer>
    </li>
  );
}

function DrawLink({ image, text }: { image: number; text: string }) {
  const params = { projectId: String(useProjectId()) };
  return (
    <ButtonLink
      to="/projects/$projectId/annotate"
      params={params}
      search={{ image }}
      variant="default"
      size="compact-xs"
      flex="none"
      aria-label={`Draw it: ${text}`}
    >
      Draw it
    </ButtonLink>
  );
}

interface ShowingProps {
  masks: string[];
  said: ImageGrounding;
  children: ReactNode;
}

/** A row of a list that only shows masks. */
export function ShowingRow({ masks, said, children }: ShowingProps) {
  const what = { masks, place: null, phrase: null };
  const row = useRow(said.showing, `masks ${masks.join(" ")}`, what);
  return (
    <li className={classes.row} {...row.li}>
      <UnstyledButton className={classes.phrase} {...row.button}>
        {children}
      </UnstyledButton>
    </li>
  );
}

function Answer(props: { label: string; onClick: () => void; children: ReactNode }) {
  const { label, onClick, children } = props;
  return (
    <ActionIcon size="sm" variant="subtle" aria-label={label} title={label} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}

/** Outlines masks while the pointer or the focus is on a row, and on after a click on it. */
function useRow(showing: Showing, key: string, what: Shown) {
  const isPinned = useSignal(showing.pinned) === key;
  const show = () => showing.show(what);
  const { hide } = showing;
  return {
    li: {
      ...{ onPointerEnter: show, onPointerLeave: hide, onFocus: show, onBlur: hide },
      "data-pinned": isPinned || undefined,
    },
    button: { onClick: () => showing.pin(key, what), "aria-pressed": isPinned },
  };
}
