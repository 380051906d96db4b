import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ExportChoice, ExportFormat, Project, Version } from "@/api/types";
import { startExport, versionsQuery } from "@/api/versions";

interface Asked {
  format: ExportFormat;
  choice?: ExportChoice;
}

/** Ask for an export, and say so where it is there already. */
export function useStartExport(version: Version, project: Project, onBegun?: () => void) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ format, choice }: Asked) => startExport(version.id, format, choice),
    onSuccess: async ({ title, wasThere, state }) => {
      onBegun?.();
      if (wasThere) {
        const message =
          state === "succeeded"
            ? `${title}: the same was exported before, and can be downloaded.`
            : `${title}: the same is being exported.`;
        notifications.show({ color: "teal", message });
      }
      await queries.invalidateQueries(versionsQuery(project.id));
    },
  });
}
