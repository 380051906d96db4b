import { IconAlertTriangle, IconCircleCheck, IconClock, IconMinus } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { formatInstant, formatMoment } from "@/components/format";
import { deedWords, type Entry, type Standing, standingWords } from "./entries";
import classes from "./Receipts.module.css";

const SIZE = 16;

const SIGNS: Record<Standing["kind"], ReactNode> = {
  waiting: <IconClock size={SIZE} aria-hidden />,
  refused: <IconAlertTriangle size={SIZE} color="var(--mantine-color-orange-6)" aria-hidden />,
  discarded: <IconAlertTriangle size={SIZE} color="var(--mantine-color-orange-6)" aria-hidden />,
  saved: <IconCircleCheck size={SIZE} color="var(--mantine-color-teal-6)" aria-hidden />,
  saved_before: <IconCircleCheck size={SIZE} color="var(--mantine-color-teal-6)" aria-hidden />,
  moot: <IconMinus size={SIZE} aria-hidden />,
};

/** One operation: what it was, on what, when, and what came of it. */
export function ReceiptRow({ entry, hasImage }: { entry: Entry; hasImage: boolean }) {
  const { id, image, deed, made_at, ended_at, standing } = entry;
  const at = ended_at ?? made_at;
  const object = deed.mask ?? deed.proposal;
  return (
    <div className={classes.row} data-standing={standing.kind} title={`Operation ${id}`}>
      {SIGNS[standing.kind]}
      <div className={classes.facts}>
        <span className={classes.deed}>
          {deedWords(deed)}
          <span className={classes.object}>
            {hasImage && `image ${image}`} {object?.slice(0, 8)}
          </span>
        </span>
        <span className={classes.answer} title={standingWords(standing)}>
          {standingWords(standing)}
        </span>
      </div>
      {at !== null && (
        <time
          className={classes.time}
          dateTime={new Date(at).toISOString()}
          title={formatMoment(new Date(at).toISOString())}
        >
          {formatInstant(at)}
        </time>
      )}
    </div>
  );
}
