import { ActionIcon, CloseButton, Group, Select, Skeleton, Stack, Tooltip } from "@mantine/core";
import { IconArrowsLeftRight, IconEqual } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { Project, Version } from "@/api/types";
import { diffQuery } from "@/api/versions";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";
import { ChangedImages } from "./ChangedImages";
import { DiffTotals } from "./DiffTotals";
import { isSame } from "./diffWords";
import { nameOfPair, type Pair, versionTitle } from "./pair";

interface Props {
  project: Project;
  versions: readonly Version[];
  pair: Pair;
}

/** Two versions of the project: what changed from one to the other, in figures and in pictures. */
export function VersionComparison({ project, versions, pair: { before, after } }: Props) {
  const navigate = useNavigate({ from: "/projects/$projectId/versions" });
  const { data, error, refetch } = useQuery(diffQuery(before.id, after.id));
  const show = (compare: string | undefined) =>
    navigate({ search: { compare }, resetScroll: false });
  const choices = versions.map((each) => ({ value: each.id, label: versionTitle(each) }));
  return (
    <Section
      title="Comparison"
      actions={<CloseButton aria-label="Close the comparison" onClick={() => show(undefined)} />}
    >
      <Group align="flex-end" gap="xs" mb="md">
        <Select
          label="From"
          w={280}
          data={choices}
          value={before.id}
          allowDeselect={false}
          onChange={(id) => id && show(nameOfPair(id, after.id))}
        />
        <Tooltip label="The other way round">
          <ActionIcon
            size="lg"
            aria-label="Compare the other way round"
            onClick={() => show(nameOfPair(after.id, before.id))}
          >
            <IconArrowsLeftRight size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
        <Select
          label="To"
          w={280}
          data={choices}
          value={after.id}
          allowDeselect={false}
          onChange={(id) => id && show(nameOfPair(before.id, id))}
        />
      </Group>
      {error && <ErrorState error={error} onRetry={() => refetch()} />}
      {!data && !error && <Skeleton height={200} radius="md" />}
      {data && isSame(data) && (
        <Empty
          icon={<IconEqual aria-hidden />}
          title="These versions hold the same"
          description="Every image, mask and caption is in both as it is in the other."
        />
      )}
      {data && !isSame(data) && (
        <Stack gap="xl">
          <DiffTotals diff={data} />
          <ChangedImages
            key={`${before.id} ${after.id}`}
            project={project}
            before={before.id}
            after={after.id}
          />
        </Stack>
      )}
    </Section>
  );
}
