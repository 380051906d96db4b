import { Alert, Box, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { examplesQuery } from "@/api/rounds";
import type { RoundExample } from "@/api/types";
import { plural } from "@/components/format";
import { Pictures } from "@/components/pictures/pictures";
import { Source } from "@/components/Source";
import { Answer, type Judged, NameAndIoU, WRONG } from "./Answer";
import classes from "./Examples.module.css";

const GAINED = "#12b886";

/** The objects that one click gained and lost most on: both bundles' answers side by side. */
export function Examples({ round, project, objects }: Judged) {
  const { data, error } = useQuery(examplesQuery(round));
  const [pictures] = useState(() => new Pictures());
  if (error) return <Alert color="red">The examples did not load: {error.message}</Alert>;
  if (data && data.gained.length + data.lost.length === 0) return null; // a round of before they were kept
  return (
    <section aria-label="What this round learned">
      <Group gap={4} mb={2}>
        <Title order={3}>What this round learned</Title>
        <Source of="What this round learned" path="/api/rounds/{round_id}/examples" id={round}>
          The objects whose IoU after one click changed most, by more than 0.05, one an image. The
          answers are those of the evaluation on the holdout; each name leads to its image.
        </Source>
      </Group>
      <Text size="sm" c="dimmed" mb="sm">
        Of {plural(objects, "object")} of the holdout, after one click: the model's answer is
        filled, the finished mask is outlined in white.
      </Text>
      {data ? (
        <Stack gap="md">
          <Row
            title="Gained most"
            examples={data.gained}
            colour={GAINED}
            pictures={pictures}
            project={project}
          />
          <Row
            title="Lost most"
            examples={data.lost}
            colour={WRONG}
            pictures={pictures}
            project={project}
          />
        </Stack>
      ) : (
        <Skeleton height={180} />
      )}
    </section>
  );
}

interface ShownProps {
  colour: string;
  pictures: Pictures;
  project: number;
}

type RowProps = ShownProps & { title: string; examples: readonly RoundExample[] };
type ExampleProps = ShownProps & { example: RoundExample };

function Row({ title, examples, ...shared }: RowProps) {
  return (
    <Box>
      <Title order={4} mb={6} fz="sm">
        {title}
      </Title>
      {examples.length === 0 ? (
        <Text size="sm" c="dimmed">
          No object changed by more than 0.05.
        </Text>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, xl: 3 }} spacing="sm">
          {examples.map((example) => (
            <Example key={example.image.id} example={example} {...shared} />
          ))}
        </SimpleGrid>
      )}
    </Box>
  );
}

function Example({ project, example, ...shown }: ExampleProps) {
  const { image, truth, serving, candidate } = example;
  return (
    <figure className={classes.example}>
      <div className={classes.pair}>
        <Answer
          {...{ image, truth, ...shown }}
          name="Before"
          iou={serving.iou}
          answer={serving.rle}
        />
        <Answer
          {...{ image, truth, ...shown }}
          name="After"
          iou={candidate.iou}
          answer={candidate.rle}
        />
      </div>
      <figcaption>
        <NameAndIoU project={project} image={image}>
          {serving.iou.toFixed(2)} → <b>{candidate.iou.toFixed(2)}</b>
        </NameAndIoU>
      </figcaption>
    </figure>
  );
}
