import { Alert, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { doubtsQuery } from "@/api/rounds";
import { NotLoaded } from "@/components/NotLoaded";
import { Source } from "@/components/Source";
import { doubtTitle, doubtWords } from "./doubtWords";

const WHAT =
  "Verdicts on proposals of images that are finished and not deleted, where the verifier gives a chance under 20 % that anybody decides so. Told where a person and all others have 20 such verdicts or more, on three images at least, and the 95 % intervals of their shares (Clopper and Pearson) lie apart; verdicts on one image count as fewer, as they are alike.";

/** Whose verdicts go against everybody else's; nothing, as long as nobody's do. */
export function Doubts({ project }: { project: number }) {
  const query = useQuery(doubtsQuery(project));
  const { data: doubts } = query;
  if (query.isLoadingError)
    return <NotLoaded what="Whether somebody's verdicts are unlike all others'" query={query} />;
  if (!doubts?.length) return null;
  return (
    <Stack gap="xs" mb="sm">
      {doubts.map((doubt) => (
        <Alert key={`${doubt.user} ${doubt.habit}`} color="orange" p="sm" title={doubtTitle(doubt)}>
          {doubtWords(doubt)}{" "}
          <Source of={doubtTitle(doubt)} path="/api/projects/{project_id}/doubts" id={project}>
            {WHAT}
          </Source>
        </Alert>
      ))}
    </Stack>
  );
}
