import { Button, Group } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useEffect, useRef, useState } from "react";
import { KeyOf, Keys } from "@/commands/Keys";
import { PALETTE } from "@/commands/windows";
import { useSignal } from "@/components/useSignal";
import { editorCommand } from "@/pages/annotate/editor-commands";
import { END } from "./steps";
import classes from "./Tour.module.css";
import { piecesOf, type Step, type Tour, type TourState } from "./tour";

interface Props {
  tour: Tour;
  onLeave: () => void;
  onAgain: () => void;
}

/** What to do now, above the image; it goes on when that is done. */
export function TourStrip({ tour, onLeave, onAgain }: Props) {
  const state = useSignal(tour.state);
  const { step } = tour;
  // A screen reader tells what comes into a region that is there, not what came with it.
  const [isTold, setIsTold] = useState(false);
  useEffect(() => setIsTold(true), []);
  return (
    <section className={classes.strip} aria-label="Tour">
      <div className={classes.told} aria-live="polite" aria-atomic>
        {isTold && <Told {...{ tour, state }} />}
      </div>
      {step !== null && step.tasks.length > 1 && <Tasks {...{ step, state }} />}
      {step === null ? (
        <End {...{ onLeave, onAgain }} />
      ) : (
        <Group gap={4} wrap="nowrap" style={{ flex: "none" }}>
          <Button size="xs" variant="default" onClick={() => tour.skip()}>
            Skip
          </Button>
          <Button
            size="xs"
            variant="subtle"
            color="gray"
            rightSection={<KeyOf command={editorCommand("edit.cancel")} />}
            onClick={onLeave}
          >
            Leave
          </Button>
        </Group>
      )}
    </section>
  );
}

function Told({ tour, state }: { tour: Tour; state: TourState }) {
  const { step } = tour;
  return (
    <>
      <div className={classes.place}>
        <span className="tabular">
          {step === null ? "Done" : `Step ${state.at + 1} of ${tour.steps.length}`}
        </span>
        <Dots {...{ tour, state }} />
      </div>
      <h1 className={classes.title}>{step?.title ?? END.title}</h1>
      <p className={classes.words}>
        <Words words={step?.words ?? END.words} />
      </p>
    </>
  );
}

function Dots({ tour, state }: { tour: Tour; state: TourState }) {
  return (
    <span className={classes.dots} aria-hidden>
      {tour.steps.map(({ id }, at) => (
        <span
          key={id}
          className={classes.dot}
          data-is={at < state.at ? "done" : at === state.at ? "now" : undefined}
        />
      ))}
    </span>
  );
}

/** Where a step asks for more than one thing: which of them are done. */
function Tasks({ step, state }: { step: Step; state: TourState }) {
  return (
    <ul className={classes.tasks}>
      {step.tasks.map(({ name }) => {
        const isDone = state.done.has(name);
        return (
          <li key={name} className={classes.task} data-done={isDone || undefined}>
            <span className={classes.tick}>
              {isDone && <IconCheck size={11} stroke={3} aria-label="Done:" />}
            </span>
            {name}
          </li>
        );
      })}
    </ul>
  );
}

function End({ onLeave, onAgain }: Pick<Props, "onLeave" | "onAgain">) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Group gap={4} wrap="nowrap" style={{ flex: "none" }}>
      <Button size="xs" variant="subtle" color="gray" onClick={onAgain}>
        Once more
      </Button>
      <Button ref={button} size="xs" onClick={onLeave}>
        Close the tour
      </Button>
    </Group>
  );
}

function Words({ words }: { words: string }) {
  return piecesOf(words).map((piece, at) =>
    typeof piece === "string" ? (
      piece
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of a text stay where they are
      <KeyNamed key={at} name={piece.key} />
    ),
  );
}

function KeyNamed({ name }: { name: string }) {
  if (name.startsWith("=")) return <Keys chord={name.slice(1)} />;
  return <KeyOf command={name === PALETTE.id ? PALETTE : editorCommand(name)} />;
}
