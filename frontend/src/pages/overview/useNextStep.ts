import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { jobsQuery } from "@/api/jobs";
import { rowsOf } from "@/api/pages";
import { queueCountsQuery } from "@/api/queues";
import type { Project } from "@/api/types";
import { nextStep, type Step } from "./steps";

interface Next {
  step: Step;
  toReview: number;
}

/** What this person does next in a project; the banner says it, and nothing below repeats it. */
export function useNextStep(project: Project): Next {
  const { data: jobs } = useInfiniteQuery(jobsQuery(project.id));
  const mayReview = project.role !== "annotator";
  const { data: queues } = useQuery({ ...queueCountsQuery(project.id), enabled: mayReview });
  const toReview = queues?.review ?? 0;
  return { step: nextStep(project, rowsOf(jobs), toReview), toReview };
}
