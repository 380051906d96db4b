import { ActionIcon, UnstyledButton } from "@mantine/core";
import { IconCheck, IconCircleCheckFilled, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Phrase } from "@/api/grounding";
import type { ImageDetail } from "@/api/types";
import classes from "./Grounding.module.css";
import type { Said } from "./SaidContext";
import { isUnsure, maskNames, NOTHING_SHOWN, type Shown, shownBy } from "./said";
import { takeKey } from "./useSaidWords";

interface Props {
  phrase: Phrase;
  image: ImageDetail;
  said: Said;
}

/** One phrase: what it speaks of, and two answers to that. */
export function SaidRow({ phrase, image, said }: Props) {
  const { id, text, masks, kind, author } = phrase;
  const hasMask = masks.length > 0;
  return (
    <li className={classes.row} {...showing(said, shownBy(phrase))}>
      <UnstyledButton
        className={classes.phrase}
        onKeyDown={(event) => {
          if (takeKey(event.key, phrase, said.decide)) event.preventDefault();
        }}
      >
        {hasMask ? text : `No mask for “${text}”`}
        {hasMask && (
          <span className={classes.masks}>
            {" "}
            {maskNames(masks, image)}
            {isUnsure(phrase) && ", unsure"}
          </span>
        )}
      </UnstyledButton>
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

interface ShowingProps {
  masks: string[];
  said: Said;
  children: ReactNode;
}

/** A row of a list that only shows masks. */
export function ShowingRow({ masks, said, children }: ShowingProps) {
  return (
    <li className={classes.row} {...showing(said, { masks, place: null })}>
      <UnstyledButton className={classes.phrase}>{children}</UnstyledButton>
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

/** Outlines masks while the pointer or the focus is on an element. */
function showing({ shown }: Said, what: Shown) {
  const show = () => shown.set(what);
  const hide = () => shown.set(NOTHING_SHOWN);
  return { onPointerEnter: show, onPointerLeave: hide, onFocus: show, onBlur: hide };
}
