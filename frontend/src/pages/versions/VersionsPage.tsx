import { Button, Container, Skeleton, Stack } from "@mantine/core";
import { IconDatabaseExport } from "@tabler/icons-react";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useLocation, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { rowsOf } from "@/api/pages";
import { projectQuery } from "@/api/projects";
import type { Criteria } from "@/api/types";
import { versionsQuery } from "@/api/versions";
import { useProjectId } from "@/app/ProjectLayout";
import { Empty } from "@/components/Empty";
import { ErrorState } from "@/components/ErrorState";
import { ButtonLink } from "@/components/links";
import { PageHeader } from "@/components/PageHeader";
import { ShowMore } from "@/components/ShowMore";
import { Cuts } from "./Cuts";
import { CutVersion } from "./CutVersion";
import { neighbourOf, pairOf } from "./diff/pair";
import { VersionComparison } from "./diff/VersionComparison";
import { isBeingWritten, POLL_MS, useNamedVersions } from "./useNamedVersions";
import { VersionCard } from "./VersionCard";

export function VersionsPage() {
  const id = useProjectId();
  const { data: project } = useSuspenseQuery(projectQuery(id));
  const [cutting, setCutting] = useState<Criteria | null>(null); // what the form begins with
  const [isOpen, setIsOpen] = useState(false); // apart: a form that closes keeps what it shows
  const open = (criteria: Criteria) => {
    setCutting(criteria);
    setIsOpen(true);
  };
  const versions = useInfiniteQuery({
    ...versionsQuery(id),
    refetchInterval: ({ state }) => (rowsOf(state.data).some(isBeingWritten) ? POLL_MS : false),
  });
  const { compare } = useSearch({ from: "/inside/projects/$projectId/versions" });
  const { hash } = useLocation();
  const starts = [...(compare?.split("-") ?? []), hash].filter(Boolean); // that the address names
  const all = useNamedVersions(project, rowsOf(versions.data), versions.isSuccess ? starts : []);
  const isShown = all.some((version) => version.id === hash);
  useEffect(() => {
    if (isShown) document.getElementById(hash)?.scrollIntoView(); // it may have come after the page
  }, [isShown, hash]);
  const [newest] = all;
  const firstPair = newest && neighbourOf(newest, all);
  const pair = pairOf(compare, all);
  const isNone = versions.isSuccess && all.length === 0;
  const isManager = project.role === "manager";

  return (
    <Container size={1240} px="md" py="xl">
      <PageHeader
        title="Versions"
        description="A version freezes all that was made so far, on finished and unfinished images; models learn from the finished ones. Its id is the digest of its manifest: same id, same bytes, for ever."
      >
        {firstPair && !pair && (
          <ButtonLink
            to="/projects/$projectId/versions"
            params={{ projectId: String(id) }}
            search={{ compare: firstPair }}
            variant="default"
          >
            Compare
          </ButtonLink>
        )}
        {isManager && !isNone && <Button onClick={() => open({})}>Cut a version</Button>}
      </PageHeader>
      {versions.isPending && <Skeleton height={140} radius="lg" />}
      {versions.error && <ErrorState error={versions.error} onRetry={() => versions.refetch()} />}
      {isNone && (
        <Empty
          icon={<IconDatabaseExport aria-hidden />}
          title="No version yet"
          description="Cut one when enough is finished; its masks and descriptions can then be exported. Every round cuts its own as well."
        >
          {isManager && <Button onClick={() => open({})}>Cut the first version</Button>}
        </Empty>
      )}
      <Stack gap="md">
        <Cuts project={project} />
        {pair && <VersionComparison project={project} versions={all} pair={pair} />}
        {all.map((version) => (
          <VersionCard
            key={version.id}
            version={version}
            project={project}
            compare={neighbourOf(version, all)}
            onCutAgain={() => open(version.criteria)}
          />
        ))}
      </Stack>
      <ShowMore query={versions} />
      <CutVersion
        project={project}
        start={cutting ?? {}}
        opened={isOpen}
        onClose={() => setIsOpen(false)}
      />
    </Container>
  );
}
