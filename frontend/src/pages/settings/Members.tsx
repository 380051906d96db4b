import { Button, Group, Select, Skeleton, Stack, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { messageOf } from "@/api/problem";
import { membersQuery, setMember } from "@/api/projects";
import { sessionQuery } from "@/api/session";
import type { Project, Role } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { ROLES, roleName } from "@/components/roles";
import { Section } from "@/components/Section";
import { MemberRow } from "./MemberRow";

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

function NewMember({ project, known }: { project: number; known: readonly string[] }) {
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("annotator");
  const [complaint, setComplaint] = useState("");
  const add = useMutation({
    mutationFn: (name: string) => setMember(project, { username: name, role }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      setUsername("");
      await queries.invalidateQueries(membersQuery(project));
    },
    onError: (error) => setComplaint(messageOf(error)),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = username.trim();
    if (name === "") setComplaint("Enter the name that they log in with.");
    else if (known.includes(name)) setComplaint(`${name} is a member already.`);
    else add.mutate(name);
  };

  return (
    <form onSubmit={submit}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <TextInput
          flex={1}
          size="xs"
          aria-label="User name of the new member"
          placeholder="User name"
          value={username}
          error={complaint}
          onChange={(event) => {
            setUsername(event.currentTarget.value);
            setComplaint("");
          }}
        />
        <Select
          w={130}
          size="xs"
          aria-label="Role of the new member"
          allowDeselect={false}
          data={ROLES}
          value={role}
          onChange={(value) => value && setRole(value)}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          aria-label={`Add as ${roleName(role).toLowerCase()}`}
          loading={add.isPending}
        >
          Add
        </Button>
      </Group>
    </form>
  );
}
