import { Alert, Box, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { examplesQuery } from "@/api/rounds";
import type { RoundExample } from "@/api/types";
import { AnchorLink } from "@/components/links";
import { drawBeside } from "@/components/pictures/crop";
import { Picture } from "@/components/pictures/Picture";
import { Pictures } from "@/components/pictures/pictures";
import { maskFromRLE } from "@/editor/mask";
import type { RLE } from "@/editor/rle";
import classes from "./Examples.module.css";

const TRUTH = "#ffffff";
const GAINED = "#12b886";
const LOST = "#fa5252";

interface Props {
  round: number;
  project: number;
}

/** The objects that one click gained and lost most on: both bundles' answers side by side. */
export function Examples({ round, project }: Props) {
  const { data, error } = useQuery(examplesQuery(round));
  const [pictures] = useState(() => new Pictures());
  if (error) return <Alert color="red">The examples did not load: {error.message}</Alert>;
  if (data && data.gained.length + data.lost.length === 0) return null; // a round of before they were kept
  return (
    <section aria-label="What this round learned">
      <Title order={3} mb={2}>
        What this round learned
      </Title>
      <Text size="sm" c="dimmed" mb="sm">
        Objects of the holdout after one click: the model's answer is filled, the finished mask is
        outlined in white.
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
            colour={LOST}
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

interface RowProps {
  title: string;
  examples: readonly RoundExample[];
  colour: string;
  pictures: Pictures;
  project: number;
}

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

interface AnswerProps {
  example: RoundExample;
  colour: string;
  pictures: Pictures;
}

function Example({ project, ...shown }: AnswerProps & { project: number }) {
  const { image, serving, candidate } = shown.example;
  return (
    <figure className={classes.example}>
      <div className={classes.pair}>
        <Answer {...shown} which="serving" />
        <Answer {...shown} which="candidate" />
      </div>
      <figcaption>
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <AnchorLink
            to="/projects/$projectId/annotate"
            params={{ projectId: String(project) }}
            search={{ image: image.id }}
            size="xs"
            truncate
          >
            {image.file_name}
          </AnchorLink>
          <Text size="xs" className="tabular" style={{ whiteSpace: "nowrap" }}>
            IoU {serving.iou.toFixed(2)} → <b>{candidate.iou.toFixed(2)}</b>
          </Text>
        </Group>
      </figcaption>
    </figure>
  );
}

const NAMES = { serving: "Before", candidate: "After" } as const;

function Answer({ example, which, colour, pictures }: AnswerProps & { which: keyof typeof NAMES }) {
  const truth = useMemo(() => maskFromRLE(example.truth as RLE), [example]);
  const answer = useMemo(() => maskFromRLE(example[which].rle as RLE), [example, which]);
  const draw = useCallback(
    (canvas: HTMLCanvasElement, bitmap: ImageBitmap) => {
      if (truth.box === null) return;
      drawBeside(
        canvas,
        bitmap,
        truth.box,
        { mask: answer, colour },
        { mask: truth, colour: TRUTH },
      );
    },
    [truth, answer, colour],
  );
  const label = `${NAMES[which]}: ${example.image.file_name}, IoU ${example[which].iou.toFixed(2)}`;
  return (
    <div className={classes.answer}>
      <Picture image={example.image} pictures={pictures} label={label} draw={draw} />
      <span className={classes.name}>{NAMES[which]}</span>
    </div>
  );
}
