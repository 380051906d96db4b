import { Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { membersQuery } from "@/api/projects";
import { sessionQuery } from "@/api/session";
import type { Project } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";
import { MemberRow } from "./MemberRow";
import { NewMember } from "./NewMember";

export function Members({ project }: { project: Project }) {
  const { data: session } = useQuery(sessionQuery);
  const members = useQuery(membersQuery(project.id));
  const managers = members.data?.filter(({ role }) => role === "manager").length ?? 0;
  const isManager = project.role === "manager";

  return (
    <Section
      title="Members"
      description="Annotators annotate; reviewers also approve or return; managers also import, retrain and cut versions."
    >
      <Stack gap="sm">
        {members.isPending && <Skeleton height={30} />}
        {members.error && <ErrorState error={members.error} onRetry={() => members.refetch()} />}
        <Stack gap={6} role="list" aria-label="Members">
          {members.data?.map((member) => (
            <MemberRow
              key={member.user}
              member={member}
              project={project.id}
              isManager={isManager}
              isSelf={member.user === session?.user?.id}
              isIndispensable={member.role === "manager" && managers === 1}
            />
          ))}
        </Stack>
        {isManager && (
          <NewMember
            project={project.id}
            known={members.data?.map(({ username }) => username) ?? []}
          />
        )}
      </Stack>
    </Section>
  );
}
