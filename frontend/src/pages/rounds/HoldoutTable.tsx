import { Group, Text, Title } from "@mantine/core";
import type { Project, Round } from "@/api/types";
import { plural } from "@/components/format";
import { Source } from "@/components/Source";
import { agreedWords } from "./agreedWords";
import { HoldoutFigures } from "./HoldoutFigures";

interface Props {
  round: number;
  metrics: Round["metrics"];
  isLive: boolean;
  /** Of the people who did the same holdout images. */
  agreement: Project["holdout_agreement"];
}

/** The candidate against the bundle that served, on images that neither was trained on. */
export function HoldoutTable({ round, metrics, isLive, agreement }: Props) {
  const { candidate } = metrics;
  return (
    <section aria-label="Blind holdout">
      <Group gap={4} mb={2}>
        <Title order={3}>Blind holdout</Title>
        <Source of="Blind holdout" path="/api/rounds/{round_id}" id={round}>
          The finished holdout images of the version that the round trained on, with simulated
          clicks on each object. The difference is of the same objects; its 95 % interval is a
          paired bootstrap over images.
        </Source>
      </Group>
      {candidate ? (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {plural(candidate.objects, "object")} on images that no model was trained on; proposals
            on {plural(candidate.ap_images, "image")} of them.
            {agreement !== null && ` ${agreedWords(agreement)}`}
          </Text>
          <HoldoutFigures metrics={metrics} before="Serving" after="Candidate" />
        </>
      ) : (
        <Text size="sm" c="dimmed">
          {isLive
            ? "Both models are compared here when the training is over."
            : "This round was not compared with the serving model."}
        </Text>
      )}
    </section>
  );
}
