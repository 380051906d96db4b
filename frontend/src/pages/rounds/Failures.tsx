import { Alert, Group, SegmentedControl, SimpleGrid, Skeleton, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { examplesQuery } from "@/api/rounds";
import type { RoundFailure } from "@/api/types";
import { plural } from "@/components/format";
import { Pictures } from "@/components/pictures/pictures";
import { Source } from "@/components/Source";
import { formatBox } from "@/pages/annotate/address";
import { Answer, type Judged, NameAndIoU, WRONG } from "./Answer";
import classes from "./Examples.module.css";
import { type FailureKind, KINDS, kindsOf, sizeWords, subjectOf, whyNone } from "./failureWords";

/** What the round's model does worst on the holdout, whatever the one before it did. */
export function Failures({ round, project, objects }: Judged) {
  const { data, error } = useQuery(examplesQuery(round));
  const none = data && whyNone(data.failures);
  return (
    <section aria-label="What it fails on">
      <Group gap={4} mb={2}>
        <Title order={3}>What it fails on</Title>
        <Source of="What it fails on" path="/api/rounds/{round_id}/examples" id={round}>
          What the evaluation on the holdout did worst, kept by kind: not all that failed, but at
          most one an image of each kind. Each leads to its place in the image.
        </Source>
      </Group>
      {error && <Alert color="red">The failures did not load: {error.message}</Alert>}
      {none && (
        <Text size="sm" c="dimmed">
          {none}
        </Text>
      )}
      {!data && !error && <Skeleton height={180} />}
      {data?.failures && !none && (
        <Gallery key={round} failures={data.failures} {...{ project, objects }} />
      )}
    </section>
  );
}

type GalleryProps = Omit<Judged, "round"> & { failures: readonly RoundFailure[] };

function Gallery({ failures, project, objects }: GalleryProps) {
  const [pictures] = useState(() => new Pictures());
  const [chosen, choose] = useState<FailureKind | "all">("all");
  const kinds = kindsOf(failures);
  const only = kinds.length === 1 ? kinds[0]?.kind : undefined;
  const kind = only ?? chosen;
  const shown = failures.filter((each) => kind === "all" || each.kind === kind);
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        The worst on a holdout of {plural(objects, "object")}, one an image of each kind: the answer
        is filled, the finished mask outlined in white. {kind !== "all" && KINDS[kind][1]}
      </Text>
      {only === undefined && (
        <SegmentedControl
          size="xs"
          mb="sm"
          aria-label="Kind of failure"
          value={chosen}
          onChange={(value) => choose(value as FailureKind | "all")}
          data={[
            { value: "all", label: counted("All", failures.length) },
            ...kinds.map(({ kind, count }) => ({
              value: kind,
              label: counted(KINDS[kind][0], count),
            })),
          ]}
        />
      )}
      <SimpleGrid cols={{ base: 2, sm: 3, lg: 4 }} spacing="sm">
        {shown.map((failure) => (
          <Failure
            key={`${failure.kind} ${failure.image.id}`}
            {...{ failure, pictures, project }}
          />
        ))}
      </SimpleGrid>
    </>
  );
}

function counted(name: string, count: number) {
  return (
    <>
      {name}{" "}
      <Text span inherit c="dimmed" fw={500} className="tabular">
        {count}
      </Text>
    </>
  );
}

interface FailureProps {
  failure: RoundFailure;
  pictures: Pictures;
  project: number;
}

function Failure({ failure, pictures, project }: FailureProps) {
  const { image, iou, kind, truth, answer } = failure;
  const box = subjectOf(failure)?.box;
  return (
    <figure className={classes.example} data-leads>
      <Answer
        {...{ image, pictures, iou, truth, answer }}
        name={KINDS[kind][0]}
        colour={WRONG}
        isFalse={kind === "false"}
      />
      <figcaption>
        <NameAndIoU
          project={project}
          image={image}
          box={box ? formatBox(box) : undefined}
          className={classes.lead}
        >
          <b>{iou.toFixed(2)}</b>
        </NameAndIoU>
        <Text size="xs" c="dimmed" className="tabular" truncate>
          {sizeWords(failure)}
        </Text>
      </figcaption>
    </figure>
  );
}
