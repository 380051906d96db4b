import { SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { effortQuery } from "@/api/rounds";
import type { EffortBy, Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";
import { Source } from "@/components/Source";
import { Doubts } from "./Doubts";
import { EffortTable } from "./EffortTable";
import { GROUPINGS, learningPoints, savedWords, unfinishedWords } from "./effortRows";
import { LearningChart } from "./LearningChart";

/** What finished masks cost people, by what they have in common. For managers. */
export function MaskEffort({ project }: { project: Project }) {
  const [by, setBy] = useState<EffortBy>("arm");
  const { data: rows, error, refetch } = useQuery(effortQuery(project.id, by));

  return (
    <Section
      title="Effort"
      description="What finished images cost, without the holdout. Some are annotated without proposals, or with those of the model before or on trial; nobody is told which. In grey: the 95 % interval over images, and how many masks or proposals."
      source={
        <Source
          of="Effort"
          path="/api/projects/{project_id}/effort"
          id={project.id}
          query={`by=${by}`}
        >
          Finished images that an arm was drawn for; without the holdout, and without what a second
          person did. A ratio of sums over images, with Student's interval of its linearised
          variance; a share that is the same on all of them has the exact one (Clopper and Pearson).
          What nobody timed is left out of the seconds. What reviewers draw, and their time, does
          not count; clicks on a proposal do, whatever its verdict. An image with a mask made of
          what another model had proposed there is left out. Proposals that the model accepted by
          itself are nobody's verdict; those that a person accepted at once with others, and has not
          looked at since, count as untouched, and their share stands beside. By annotator, seconds,
          clicks and verdicts are each person's own, and a mask is that of who made it. What
          proposals save is compared within each model that served, and averaged by the masks made
          without proposals; the rows by arm are of different times, so that their difference may be
          another.
        </Source>
      }
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Rows of the table"
          data={[...GROUPINGS]}
          value={by}
          onChange={(value) => setBy(value as EffortBy)}
        />
      }
    >
      <Doubts project={project.id} />
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {!rows && !error && <Skeleton height={90} radius="md" />}
      {rows?.length === 0 && (
        <Text size="sm">
          Finish an image that the model has proposed for: its effort stands here.
        </Text>
      )}
      {rows && rows.length > 0 && (
        <>
          {by === "arm" && (
            <Text size="sm" mb="xs">
              {savedWords(rows, project.without_proposals_share)} {unfinishedWords(rows)}
            </Text>
          )}
          <EffortTable by={by} rows={rows} />
          {by === "round" && learningPoints(rows).length > 1 && (
            <LearningChart points={learningPoints(rows)} />
          )}
        </>
      )}
    </Section>
  );
}
