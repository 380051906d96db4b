import { Alert, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { doubtsQuery } from "@/api/rounds";
import { NotLoaded } from "@/components/NotLoaded";
import { doubtTitle, doubtWords } from "./doubtWords";

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
          {doubtWords(doubt)}
        </Alert>
      ))}
    </Stack>
  );
}
