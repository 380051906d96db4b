import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { proposingQuery } from "@/api/rounds";
import { NotLoaded } from "@/components/NotLoaded";
import { Source } from "@/components/Source";
import { isUnderWay, proposingWords } from "./proposingWords";

const POLL_MS = { underWay: 5_000, else: 20_000 }; // an import elsewhere has it begin

/** Whether the model that serves is proposing still, and on how many images it has. For managers. */
export function ProposingNote({ project }: { project: number }) {
  const query = useQuery({
    ...proposingQuery(project),
    refetchInterval: ({ state: { data } }) =>
      data && isUnderWay(data) ? POLL_MS.underWay : POLL_MS.else,
  });
  const { data: proposing } = query;
  if (query.isLoadingError) return <NotLoaded what="How far proposing is" query={query} />;
  const words = proposing && proposingWords(proposing);
  if (!words) return null;
  return (
    <Text size="xs" c="dimmed" className="tabular">
      {words}{" "}
      <Source of="Proposing" path="/api/projects/{project_id}/proposing" id={project}>
        While images are prepared, the progress of that job, which proposes for other arms, too.
        Then the images on which the model that serves has ever proposed a mask, whatever became of
        it.
      </Source>
    </Text>
  );
}
