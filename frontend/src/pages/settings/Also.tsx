import { MultiSelect } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { alsoQuery, setAlso } from "@/api/also";
import type { Project } from "@/api/types";
import { Section } from "@/components/Section";

/** Other projects whose holdout judges the rounds of this one; nothing where there are none. */
export function Also({ project }: { project: Project }) {
  const queries = useQueryClient();
  const { data } = useQuery(alsoQuery(project.id));
  const save = useMutation({
    mutationFn: (ids: string[]) => setAlso(project.id, ids.map(Number)),
    onSuccess: (saved) => queries.setQueryData(alsoQuery(project.id).queryKey, saved),
  });
  const known = new Map(
    [...(data?.chosen ?? []), ...(data?.choices ?? [])].map(({ id, name }) => [String(id), name]),
  );
  if (!data || known.size === 0) return null;
  return (
    <Section
      title="Must not forget"
      description="A round is refused that loses what the serving model knows of these projects, as measured on the finished holdout of their newest dataset version. Members of this project see their names and figures."
    >
      <MultiSelect
        aria-label="Projects that rounds must not forget"
        placeholder={data.chosen.length === 0 ? "None" : undefined}
        data={[...known].map(([value, label]) => ({ value, label }))}
        value={data.chosen.map(({ id }) => String(id))}
        onChange={(ids) => save.mutate(ids)}
        disabled={save.isPending}
        searchable
      />
    </Section>
  );
}
