import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { bundlesQuery } from "@/api/bundles";
import type { Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";
import { BeingRebuilt } from "./BeingRebuilt";
import { chosenOf, toggled } from "./chosen";
import { ModelComparison } from "./ModelComparison";
import { ModelsTable } from "./ModelsTable";
import { isBeingRebuilt } from "./rebuildWords";

const POLL_MS = 3000; // while one is made again

/** The project's models: two of them side by side, any of them to serve. For managers. */
export function Models({ project }: { project: Project }) {
  const {
    data: bundles,
    error,
    refetch,
  } = useQuery({
    ...bundlesQuery(project.id),
    refetchInterval: ({ state }) => (state.data?.some(isBeingRebuilt) ? POLL_MS : false),
  });
  const navigate = useNavigate({ from: "/projects/$projectId/rounds" });
  const { compare } = useSearch({ from: "/inside/projects/$projectId/rounds" });
  if (bundles && bundles.length < 2) return null; // nothing to choose between
  const chosen = chosenOf(compare, bundles ?? []);
  const [after, before] = chosen;
  return (
    <Section
      title="Models"
      description="All that can make the proposals, the newest first. Tick two to compare them."
    >
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {!bundles && !error && <Skeleton height={90} radius="md" />}
      {bundles && (
        <ModelsTable
          project={project}
          bundles={bundles}
          chosen={chosen}
          onToggle={(bundle) =>
            navigate({
              search: (old) => ({ ...old, compare: toggled(old.compare, bundle) }),
              resetScroll: false,
            })
          }
        />
      )}
      {bundles && <BeingRebuilt project={project.id} bundles={bundles} />}
      {before && after && <ModelComparison project={project.id} before={before} after={after} />}
    </Section>
  );
}
