import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { roundCostQuery } from "@/api/rounds";
import type { Project, Round } from "@/api/types";
import { NotLoaded } from "@/components/NotLoaded";
import { Source } from "@/components/Source";
import { proposedWords, savesWords, tookWords } from "./costWords";

/** What a round that has ended cost, beside what it saves people. For managers. */
export function RoundCost({ round, project }: { round: Round; project: Project }) {
  const query = useQuery(roundCostQuery(project.id, round.id ?? 0));
  const { data: cost } = query;
  if (query.isLoadingError) return <NotLoaded what="What the round cost" query={query} />;
  if (!cost) return null;
  const isServed = round.state === "promoted" && round.parts.includes("masks");
  const words = [tookWords(cost), proposedWords(cost), isServed ? savesWords(cost) : null];
  const told = words.filter((each) => each !== null);
  if (told.length === 0) return null;
  return (
    <Text size="sm">
      {told.join(" ")}{" "}
      <Source of="What it cost" path="/api/rounds/{round_id}/cost" id={round.id ?? 0}>
        The last run of its job, and the masks that were finished where its model proposed as the
        one that served, beside those of the model before it. It is before against after: what
        people learned meanwhile is in it.
      </Source>
    </Text>
  );
}
