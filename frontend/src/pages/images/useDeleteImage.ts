import { useMutation, useQueryClient } from "@tanstack/react-query";
import { deleteImage, restoreImage } from "@/api/images";
import type { ImageRow } from "@/api/types";
import { showUndo } from "@/components/undo";

export function useDeleteImage(project: number) {
  const queries = useQueryClient();
  const refresh = () =>
    Promise.all([
      queries.invalidateQueries({ queryKey: ["images", project] }),
      queries.invalidateQueries({ queryKey: ["project", project] }),
    ]);
  return useMutation({
    mutationFn: ({ id }: ImageRow) => deleteImage(id),
    onSuccess: async (_answer, image) => {
      await refresh();
      showUndo(`${image.file_name} was deleted. It can be restored for 30 days.`, async () => {
        await restoreImage(image.id);
        await refresh();
      });
    },
  });
}
