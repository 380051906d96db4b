import { Button, Checkbox, Code, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { gateQuery, roundsQuery } from "@/api/rounds";
import type { Part, Project } from "@/api/types";
import { partsOnOffer, tickedAtFirst } from "./retrainParts";
import { descriptionsAreJudgedBy, lastTook, learnsFrom, masksAreJudgedBy } from "./retrainWords";

interface Props {
  project: Project;
  onStart: (parts: Part[]) => void;
  onClose: () => void;
}

/** What a round shall train, and what is said before it starts. */
export function RetrainDialog({ project, onStart, onClose }: Props) {
  const { data: rounds = [] } = useQuery(roundsQuery(project.id));
  const { data: gate = [] } = useQuery(gateQuery(project.id));
  const ofMasks = gate.find(({ part }) => part === "masks");
  const ofCaptions = gate.find(({ part }) => part === "captions");
  const offers = partsOnOffer(project);
  const [ticked, setTicked] = useState<string[]>(() => tickedAtFirst(offers));
  const parts = offers.filter(({ part }) => ticked.includes(part)).map(({ part }) => part);
  const took = lastTook(rounds);
  return (
    <Stack gap="sm">
      <Checkbox.Group value={ticked} onChange={setTicked} label="What it trains">
        <Stack gap="xs" mt={6}>
          {offers.map(({ part, title, words, command, canTrain }) => (
            <Checkbox
              key={part}
              value={part}
              label={title}
              description={
                <>
                  {words} {command && <Code>{command}</Code>}
                </>
              }
              disabled={!canTrain}
            />
          ))}
        </Stack>
      </Checkbox.Group>
      {parts.includes("masks") && (
        <Text size="sm">
          Masks: {learnsFrom(project)} {ofMasks && masksAreJudgedBy(ofMasks)}
        </Text>
      )}
      {parts.includes("captions") && (
        <Text size="sm">
          Descriptions: learns from what people wrote, and said and corrected, on finished images.{" "}
          {ofCaptions && descriptionsAreJudgedBy(ofCaptions)}
        </Text>
      )}
      <Text size="sm" c="dimmed">
        {took && `${took} `}It trains in the background and can be cancelled.
      </Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onClose}>
          Not now
        </Button>
        <Button data-autofocus disabled={parts.length === 0} onClick={() => onStart(parts)}>
          Start the round
        </Button>
      </Group>
    </Stack>
  );
}
