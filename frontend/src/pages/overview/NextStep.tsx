import { Button, Group, Paper, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import {
  IconArrowBackUp,
  IconChecks,
  IconConfetti,
  IconDatabaseExport,
  IconPencil,
  IconPhotoPlus,
  IconSparkles,
  IconTags,
  IconTrendingUp,
  type TablerIcon,
} from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { jobsQuery, prepareImages } from "@/api/jobs";
import type { Project } from "@/api/types";
import { KeyOf } from "@/commands/Keys";
import { formatCount, plural } from "@/components/format";
import { ButtonLink } from "@/components/links";
import { openReturned, returnedWords } from "@/components/returnedWords";
import { RetrainButton } from "@/pages/rounds/RetrainButton";
import { toAnnotateWords } from "./countWords";
import { IMPORT_ANCHOR } from "./Import";
import classes from "./NextStep.module.css";
import { queueAddress, REVIEW } from "./queueWords";
import type { Step } from "./steps";
import { useNextStep } from "./useNextStep";

/** The one thing to do now, above everything else. */
export function NextStep({ project }: { project: Project }) {
  const { step, toReview } = useNextStep(project);
  const { icon: Icon, title, text } = wordsOf(step, project, toReview);

  return (
    <Paper component="section" aria-label="Next step" className={classes.banner}>
      <ThemeIcon size={40} radius="md" variant="light">
        <Icon size={22} stroke={1.7} aria-hidden />
      </ThemeIcon>
      <Stack gap={0} className={classes.words}>
        <Title order={2}>{title}</Title>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </Stack>
      <Group gap="xs">
        <Actions step={step} project={project} />
      </Group>
    </Paper>
  );
}

interface StepWords {
  icon: TablerIcon;
  title: string;
  text: string;
}

function wordsOf(step: Step, project: Project, toReview: number): StepWords {
  const { counts, finished_since_round, returned } = project;
  const words: Record<Step, StepWords> = {
    import: {
      icon: IconPhotoPlus,
      title: "Import the first images",
      text: "Drop files or a zip below. The model proposes masks as soon as they are in.",
    },
    "wait-for-images": {
      icon: IconPhotoPlus,
      title: "No images yet",
      text: "A manager of this project imports them; they will appear here by themselves.",
    },
    "add-labels": {
      icon: IconTags,
      title: "Add the labels",
      text: "Name the kinds of objects that people will mark.",
    },
    prepare: {
      icon: IconSparkles,
      title: "Let the model look at the images",
      text: "It embeds every image once and proposes masks for people to verify.",
    },
    "watch-preparation": {
      icon: IconSparkles,
      title: "The model is looking at the images",
      text: `${formatCount(counts.embedded)} of ${plural(counts.images, "image")} ready. ${counts.embedded > 0 ? "You can start with those." : "The first ones take a minute."}`,
    },
    mend: {
      icon: IconArrowBackUp,
      title: returnedWords(returned.length),
      text: "A reviewer says what to change; it is shown with the image.",
    },
    annotate: {
      icon: IconPencil,
      title: toAnnotateWords(counts),
      text:
        counts.proposals_pending > 0
          ? `${plural(counts.proposals_pending, "proposal")} to verify: accept, correct or reject, then add what is missing.`
          : "Click an object to get its mask, then name it.",
    },
    review: {
      icon: IconChecks,
      title: `${plural(toReview, "image")} to review`,
      text: "Finished by others: approve, correct, or return with comments.",
    },
    "watch-round": {
      icon: IconTrendingUp,
      title: "A round is training",
      text: "Everything is annotated. The new model is compared with the serving one on the holdout.",
    },
    retrain: {
      icon: IconTrendingUp,
      title: "Retrain the model",
      text: `${plural(finished_since_round, "finished image")} that it has not learned from yet.`,
    },
    export: {
      icon: IconDatabaseExport,
      title: "Everything is annotated",
      text: "Cut a dataset version and export it, or import more images.",
    },
    rest: {
      icon: IconConfetti,
      title: "Everything is annotated",
      text: "Nothing is left to do here, until a manager imports more images.",
    },
  };
  return words[step];
}

function Actions({ step, project }: { step: Step; project: Project }) {
  const params = { projectId: String(project.id) };
  const isToVerify = project.plan === "queues" && project.counts.proposals_pending > 0;
  const annotate = (variant: "filled" | "default"): ReactNode => (
    <ButtonLink
      to={isToVerify ? "/projects/$projectId/verify" : "/projects/$projectId/annotate"}
      params={params}
      variant={variant}
    >
      {isToVerify ? "Verify" : "Annotate"}
    </ButtonLink>
  );
  if (step === "import")
    return (
      <Button component="a" href={`#${IMPORT_ANCHOR}`}>
        Import images
      </Button>
    );
  if (step === "add-labels")
    return (
      <ButtonLink to="/projects/$projectId/settings" params={params}>
        Add labels
      </ButtonLink>
    );
  if (step === "prepare") return <PrepareButton project={project.id} />;
  if (step === "mend") {
    const [image] = project.returned;
    return (
      <ButtonLink to="/projects/$projectId/annotate" params={params} search={{ image }}>
        {openReturned(project.returned.length)}
      </ButtonLink>
    );
  }
  if (step === "annotate") return annotate("filled");
  if (step === "review")
    return (
      <>
        {project.counts.todo > 0 && annotate("default")}
        <KeyOf command={REVIEW} />
        <ButtonLink {...queueAddress(project.id, "review")}>Review</ButtonLink>
      </>
    );
  // Nothing is proposed yet: one may begin by hand, but waiting is no mistake.
  if (step === "watch-preparation")
    return annotate(project.counts.embedded > 0 ? "filled" : "default");
  if (step === "watch-round")
    return (
      <ButtonLink to="/projects/$projectId/rounds" params={params}>
        Watch the round
      </ButtonLink>
    );
  if (step === "retrain")
    return (
      <>
        {project.counts.todo > 0 && annotate("default")}
        <RetrainButton project={project} />
      </>
    );
  if (step === "export")
    return (
      <ButtonLink to="/projects/$projectId/versions" params={params}>
        Cut a version
      </ButtonLink>
    );
  return null;
}

function PrepareButton({ project }: { project: number }) {
  const queries = useQueryClient();
  const prepare = useMutation({
    mutationFn: () => prepareImages(project),
    onSuccess: () => queries.invalidateQueries(jobsQuery(project)),
  });
  return (
    <Button onClick={() => prepare.mutate()} loading={prepare.isPending}>
      Prepare images
    </Button>
  );
}
