import { Stack, Text } from "@mantine/core";
import type { Bundle } from "@/api/types";
import { JobRow } from "@/components/JobRow";
import { modelName } from "../servedWords";
import { isBeingRebuilt } from "./rebuildWords";

/** The models that are made again just now, how far each is, and the way to stop it. */
export function BeingRebuilt({
  project,
  bundles,
}: {
  project: number;
  bundles: readonly Bundle[];
}) {
  const live = bundles.filter(isBeingRebuilt);
  if (live.length === 0) return null;
  return (
    <Stack component="section" gap="sm" mt="md" aria-label="Models being made again">
      {live.map((bundle) => (
        <div key={bundle.bundle}>
          <Text size="xs" c="dimmed">
            {modelName(bundle)}
          </Text>
          {bundle.rebuild && <JobRow job={bundle.rebuild.job} project={project} />}
        </div>
      ))}
    </Stack>
  );
}
