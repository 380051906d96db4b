import { useMutation, useQueryClient } from "@tanstack/react-query";
import { descriptionsQuery, removeRecording, restoreRecording } from "@/api/descriptions";
import { showUndo } from "@/components/undo";

/** Takes a take off the list, with the way back at hand. */
export function useRemoveTake(image: number) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries(descriptionsQuery(image));
  return useMutation({
    mutationFn: (id: string) => removeRecording(id),
    onSuccess: async (_answer, id) => {
      await refresh();
      showUndo("The take was removed. It can be restored for 30 days.", async () => {
        await restoreRecording(id);
        await refresh();
      });
    },
  });
}
