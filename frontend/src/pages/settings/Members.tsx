import { ActionIcon, Button, Group, Select, Stack, Table, TextInput, Tooltip } from "@mantine/core";
import { IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { messageOf } from "@/api/problem";
import { membersQuery, removeMember, setMember } from "@/api/projects";
import type { Member, Project, Role } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { Section } from "@/components/Section";

const ROLES: { value: Role; label: string }[] = [
  { value: "annotator", label: "Annotator" },
  { value: "reviewer", label: "Reviewer" },
  { value: "manager", label: "Manager" },
];

export function Members({ project }: { project: Project }) {
  const members = useQuery(membersQuery(project.id));
  const isManager = project.role === "manager";

  return (
    <Section
      title="Members"
      description="Annotators annotate; reviewers also accept or return; managers also import, retrain and export."
    >
      {members.error && <ErrorState error={members.error} onRetry={() => members.refetch()} />}
      <Stack gap="sm">
        <Table aria-label="Members">
          <Table.Tbody>
            {members.data?.map((member) => (
              <MemberRow
                key={member.user}
                member={member}
                project={project.id}
                isManager={isManager}
              />
            ))}
          </Table.Tbody>
        </Table>
        {isManager && <NewMember project={project.id} />}
      </Stack>
    </Section>
  );
}

interface RowProps {
  member: Member;
  project: number;
  isManager: boolean;
}

function MemberRow({ member, project, isManager }: RowProps) {
  const queries = useQueryClient();
  const onSettled = () => queries.invalidateQueries(membersQuery(project));
  const { username } = member;
  const change = useMutation({
    mutationFn: (role: Role) => setMember(project, { username, role }),
    onSettled,
  });
  const remove = useMutation({ mutationFn: () => removeMember(project, member.user), onSettled });

  return (
    <Table.Tr>
      <Table.Td fw={550}>{username}</Table.Td>
      <Table.Td w={150}>
        <Select
          size="xs"
          aria-label={`Role of ${username}`}
          allowDeselect={false}
          data={ROLES}
          value={member.role}
          disabled={!isManager || change.isPending}
          onChange={(role) => role && change.mutate(role)}
        />
      </Table.Td>
      {isManager && (
        <Table.Td w={44}>
          <Tooltip label="Remove from the project">
            <ActionIcon
              aria-label={`Remove ${username}`}
              onClick={() => remove.mutate()}
              loading={remove.isPending}
            >
              <IconUserMinus size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function NewMember({ project }: { project: number }) {
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("annotator");
  const add = useMutation({
    mutationFn: () => setMember(project, { username: username.trim(), role }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      setUsername("");
      await queries.invalidateQueries(membersQuery(project));
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (username.trim()) add.mutate();
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
          error={add.error && messageOf(add.error)}
          onChange={(event) => setUsername(event.currentTarget.value)}
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
        <Button type="submit" size="xs" variant="default" loading={add.isPending}>
          Add
        </Button>
      </Group>
    </form>
  );
}
