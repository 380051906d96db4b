import { Text, Title } from "@mantine/core";
import type { Round } from "@/api/types";
import { plural } from "@/components/format";
import { HoldoutFigures } from "./HoldoutFigures";

interface Props {
  metrics: Round["metrics"];
  isLive: boolean;
}

/** The candidate against the bundle that served, on images that neither was trained on. */
export function HoldoutTable({ metrics, isLive }: Props) {
  const { candidate } = metrics;
  return (
    <section aria-label="Blind holdout">
      <Title order={3} mb={2}>
        Blind holdout
      </Title>
      {candidate ? (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {plural(candidate.objects, "object")} on images that no model was trained on; proposals
            on {plural(candidate.ap_images, "image")} of them.
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
